import { createPrivateKey, X509Certificate } from "node:crypto";
import type { DeclaredHost } from "../model/environment.ts";
import { atHosts, type Finding } from "./finding.ts";
import type { Situation } from "./situation.ts";
import { wantedSecrets } from "./wanted.ts";

const WARN_DAYS = 14;
const DAY_MILLISECONDS = 86_400_000;

/** Secrets that hosts name: missing, without what istiod looks for, or with certificates that end. No value is shown. */
export function findSecretFaults(situation: Situation): Finding[] {
  const { environment, declared, running } = situation;
  const homes = new Map(environment.gateways.map(({ name, namespace }) => [name, namespace]));
  return wantedSecrets(environment).flatMap(({ namespace, name }) => {
    const isThis = ({ kind, ...rest }: { kind: string; namespace?: string; name?: string }) =>
      kind === "Secret" && rest.namespace === namespace && rest.name === name;
    if (running.forbidden.some(isThis)) return [];
    const secret = running.objects.find(({ kind, metadata }) => isThis({ kind, ...metadata }));
    const naming = (key: "caSecret" | "clientSecret") =>
      declared.filter((host) => host[key] === name && homes.get(host.gateway) === namespace);
    const [asAuthority, asClient] = [naming("caSecret"), naming("clientSecret")];
    // What a Secret with the client's certificate has as authority is what the host is verified by.
    const verified = [...asAuthority, ...asClient.filter((host) => !host.insecureSkipVerify)];
    const called = `Secret ${namespace}/${name}`;
    const at = (hosts: readonly DeclaredHost[], faults: readonly Fault[]) =>
      faults.flatMap(({ severity, why, fix }) => atHosts(severity, hosts, `${called}: ${why}`, fix));
    if (secret === undefined)
      return atHosts(
        // Before the first deployment there is no place for it yet.
        running.objects.some(({ kind, metadata }) => kind === "Namespace" && metadata.name === namespace)
          ? "problem"
          : "warning",
        [...asAuthority, ...asClient],
        `there is no ${called}: calls fail with 503 until it is there`,
        "create it in the gateway's namespace",
      );
    const values = valuesOf(secret.data);
    return [
      ...at(verified, authority(values, situation.now)),
      ...at(asClient, client(values, situation.now)),
    ];
  });
}

type Values = ReadonlyMap<string, string>;

function valuesOf(data: unknown): Values {
  const entries = Object.entries((data ?? {}) as Readonly<Record<string, string>>);
  return new Map(
    entries
      .map(([key, value]) => [key, Buffer.from(value, "base64").toString()] as const)
      .filter(([, value]) => value !== ""),
  );
}

interface Fault {
  readonly severity: Finding["severity"];
  readonly why: string;
  readonly fix: string;
}

function problem(why: string, fix: string): Fault[] {
  return [{ severity: "problem", why, fix }];
}

function authority(values: Values, now: Date): Fault[] {
  // In istiod's own order.
  const key = ["cacert", "ca.crt"].find((name) => values.has(name));
  if (key === undefined)
    return problem("it has neither ca.crt nor cacert", "put the authority that signed the host in as ca.crt");
  return certificateFaults(key, values.get(key) ?? "", now);
}

function client(values: Values, now: Date): Fault[] {
  const pair = [
    ["cert", "key"],
    ["tls.crt", "tls.key"],
  ].find((names) => names.every((name) => values.has(name)));
  if (pair === undefined)
    return problem(
      "it has not both tls.crt and tls.key",
      "create it with `kubectl create secret tls` from certificate and key",
    );
  const [certificate = "", key = ""] = pair;
  const faults = certificateFaults(certificate, values.get(certificate) ?? "", now);
  if (faults.some(({ severity }) => severity === "problem")) return faults;
  return [...faults, ...keyFaults(certificate, key, values.get(certificate) ?? "", values.get(key) ?? "")];
}

function keyFaults(certificate: string, key: string, chain: string, pem: string): Fault[] {
  try {
    if (new X509Certificate(chain).checkPrivateKey(createPrivateKey(pem))) return [];
    return problem(`its ${key} is not the key of its ${certificate}`, "put the two in that belong together");
  } catch {
    return problem(`its ${key} is no private key in PEM without a passphrase`, "put the key in as PEM");
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Each certificate of a chain or bundle counts: the first that ended, or the last to begin, is told. */
function certificateFaults(key: string, pem: string, now: Date): Fault[] {
  let certificates: X509Certificate[];
  try {
    certificates = (pem.match(CERTIFICATE) ?? []).map((block) => new X509Certificate(block));
  } catch {
    certificates = [];
  }
  if (certificates.length === 0)
    return problem(`its ${key} is no certificate in PEM`, "put the certificate in as PEM");
  const ends = new Date(Math.min(...certificates.map(({ validToDate }) => validToDate.getTime())));
  const begins = new Date(Math.max(...certificates.map(({ validFromDate }) => validFromDate.getTime())));
  const left = ends.getTime() - now.getTime();
  if (left <= 0) return problem(`its ${key} expired on ${dayOf(ends)}`, "renew it");
  if (begins > now)
    return problem(`its ${key} is valid from ${dayOf(begins)} only`, "put one in that is valid now");
  if (left > WARN_DAYS * DAY_MILLISECONDS) return [];
  return [{ severity: "warning", why: `its ${key} expires on ${dayOf(ends)}`, fix: "renew it" }];
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
