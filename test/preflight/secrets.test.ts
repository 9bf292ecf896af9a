import "reflect-metadata";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import { MANAGED } from "../../plan/labels.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { environmentWith, found, NOTHING, NOW, namespace, object } from "./situations.ts";

const DAY = 86_400_000;
const ENVIRONMENT = environmentWith(
  "",
  `hosts:
  - { host: a.example.org, tls: originate, caSecret: authority, allow: [{ from: { namespace: news } }] }
  - { host: b.example.org, tls: mutual, clientSecret: client, allow: [{ from: { namespace: news } }] }
  - { host: c.example.org, tls: originate, caSecret: nobody, allow: [] }
  - { host: d.example.org, tls: mutual, clientSecret: unverified, insecureSkipVerify: true, allow: [{ from: { namespace: news } }] }
`,
);

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate of its own key, both in PEM, valid from and to so many days from now. */
async function pair(to: number, from = -100): Promise<Pair> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=test",
    notBefore: new Date(NOW.getTime() + from * DAY),
    notAfter: new Date(NOW.getTime() + to * DAY),
    keys,
    signingAlgorithm: algorithm,
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    certificate: certificate.toString("pem"),
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
  };
}

let good: Pair;
let ending: Pair;
let ended: Pair;
let future: Pair;
beforeAll(async () => {
  [good, ending, ended, future] = await Promise.all([pair(90), pair(13), pair(-1), pair(90, 2)]);
});

function secret(name: string, values: Readonly<Record<string, string>>): Manifest {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  );
  return object("Secret", `egress/${name}`, { data });
}

/** What is found of the three Secrets; sound ones where left out. */
function of(secrets: Partial<Record<"authority" | "client" | "unverified", Record<string, string>>>) {
  const client = { "tls.crt": good.certificate, "tls.key": good.key };
  const sound = {
    authority: { "ca.crt": good.certificate },
    client: { ...client, "ca.crt": good.certificate },
    unverified: client,
  };
  return found(
    [
      namespace("egress", MANAGED),
      ...Object.entries({ ...sound, ...secrets }).map(([name, values]) => secret(name, values)),
    ],
    ENVIRONMENT,
  );
}

describe("a Secret that a host names", () => {
  it("is fine with what istiod looks for", () => {
    expect(of({})).toEqual(NOTHING);
    expect(
      of({
        authority: { cacert: good.certificate },
        client: { cert: good.certificate, key: good.key, cacert: good.certificate },
      }),
    ).toEqual(NOTHING);
  });

  it("has to be there, once its namespace is; nobody asks for one of a host without callers", () => {
    const missing = [
      "7:5 a.example.org:80: there is no Secret egress/authority: calls fail with 503 until it is there",
      "8:5 b.example.org:80: there is no Secret egress/client: calls fail with 503 until it is there",
      "10:5 d.example.org:80: there is no Secret egress/unverified: calls fail with 503 until it is there",
    ];
    expect(found([namespace("egress", MANAGED)], ENVIRONMENT)).toEqual({ problems: missing, warnings: [] });
    expect(found([], ENVIRONMENT)).toEqual({ problems: [], warnings: missing });
  });

  it("has the keys that its use takes, with something in them", () => {
    for (const authority of [{ "tls.crt": good.certificate }, { "ca.crt": "" }])
      expect(of({ authority }).problems).toEqual([
        "7:5 a.example.org:80: Secret egress/authority: it has neither ca.crt nor cacert",
      ]);
    for (const unverified of [
      { "tls.crt": good.certificate },
      { "tls.crt": good.certificate, key: good.key },
    ])
      expect(of({ unverified }).problems).toEqual([
        "10:5 d.example.org:80: Secret egress/unverified: it has not both tls.crt and tls.key",
      ]);
  });

  it("has an authority beside a client's certificate, unless the host is not verified", () => {
    const alone = { "tls.crt": good.certificate, "tls.key": good.key };
    expect(of({ client: alone, unverified: alone }).problems).toEqual([
      "8:5 b.example.org:80: Secret egress/client: it has neither ca.crt nor cacert",
    ]);
  });

  it("holds certificates in PEM that have not ended, nor do soon", () => {
    expect(of({ authority: { "ca.crt": "hunter2" } }).problems).toEqual([
      "7:5 a.example.org:80: Secret egress/authority: its ca.crt is no certificate in PEM",
    ]);
    const broken = good.certificate.replace(/[A-Za-z0-9+/]{20}\n/, "AAAA\n");
    expect(of({ authority: { "ca.crt": broken } }).problems).toHaveLength(1);
    expect(of({ authority: { "ca.crt": `${good.certificate}\n${ended.certificate}` } }).problems).toEqual([
      "7:5 a.example.org:80: Secret egress/authority: its ca.crt expired on 2026-11-20",
    ]);
    expect(
      of({
        client: { "tls.crt": ending.certificate, "tls.key": ending.key, "ca.crt": good.certificate },
      }),
    ).toEqual({
      problems: [],
      warnings: ["8:5 b.example.org:80: Secret egress/client: its tls.crt expires on 2026-12-04"],
    });
    expect(
      of({ client: { "tls.crt": good.certificate, "tls.key": good.key, "ca.crt": ended.certificate } })
        .problems,
    ).toHaveLength(1);
    expect(
      of({
        authority: { "ca.crt": `${good.certificate}\n${future.certificate}` },
        unverified: { "tls.crt": future.certificate, "tls.key": future.key },
      }).problems,
    ).toEqual([
      "7:5 a.example.org:80: Secret egress/authority: its ca.crt is valid from 2026-11-23 only",
      "10:5 d.example.org:80: Secret egress/unverified: its tls.crt is valid from 2026-11-23 only",
    ]);
  });

  it("holds the key of its certificate", () => {
    expect(of({ unverified: { "tls.crt": good.certificate, "tls.key": ending.key } }).problems).toEqual([
      "10:5 d.example.org:80: Secret egress/unverified: its tls.key is not the key of its tls.crt",
    ]);
    const { privateKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" },
    });
    expect(of({ unverified: { "tls.crt": good.certificate, "tls.key": privateKey } }).problems).toEqual([
      "10:5 d.example.org:80: Secret egress/unverified: its tls.key is no private key in PEM without a passphrase",
    ]);
  });

  it("is never shown", () => {
    const shown = JSON.stringify(of({ authority: { "ca.crt": "hunter2" }, client: { hunter2: "hunter2" } }));
    expect(shown).not.toContain("hunter2");
  });
});
