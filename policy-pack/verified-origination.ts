import { type TlsOfPart, tlsOf } from "../access/manifests/client-tls.ts";
import type { Objects } from "../access/manifests/read.ts";
import type { ServiceEntry } from "../access/manifests/specs.ts";
import type { Rule } from "./rule.ts";

/** Who begins TLS with an outside host looks at its certificate, and at the name in it. */
export const verifiedOrigination: Rule = {
  name: "verified-origination",
  description: "TLS that a proxy originates verifies the server's certificate, and the name in it.",
  find: (objects) =>
    objects("DestinationRule").flatMap(({ key, spec }) =>
      tlsOf(spec).flatMap((part) => {
        const fault = faultOf(part, entriesOf(objects, spec.host));
        return fault === undefined
          ? []
          : [{ object: key, ...fault, path: [part.path, fault.path].filter(Boolean).join(".") }];
      }),
    ),
};

interface Fault {
  readonly path: string;
  readonly why: string;
  readonly fix: string;
}

function faultOf({ tls, port }: TlsOfPart, entries: readonly ServiceEntry[]): Fault | undefined {
  if (tls?.mode !== "SIMPLE" && tls?.mode !== "MUTUAL") return undefined;
  if (tls.insecureSkipVerify === true)
    return {
      path: "insecureSkipVerify",
      why: "the server's certificate is not verified, so anybody on the way can read and change what is sent",
      fix: "remove it, and name the server's authority by credentialName or caCertificates",
    };
  const named = [tls, ...entries].some(({ subjectAltNames = [] }) => subjectAltNames.length > 0);
  if (named) return undefined;
  // Istio compares the name of each request only where it also sends that name as SNI, or looks it up by request.
  if (tls.sni !== undefined && tls.sni !== "" && !entries.some(isResolvedByRequest))
    return {
      path: "sni",
      why: "with an SNI of its own and no subjectAltNames, the name in the server's certificate is not compared",
      fix: "remove sni, or add subjectAltNames",
    };
  if (entries.some((entry) => isRaw(entry, port)))
    return {
      path: "",
      why: "calls that are no HTTP have no name to compare with the server's certificate",
      fix: "add subjectAltNames",
    };
  return undefined;
}

function entriesOf(objects: Objects, host: string): ServiceEntry[] {
  return objects("ServiceEntry")
    .map(({ spec }) => spec)
    .filter(({ hosts }) => hosts.includes(host));
}

function isResolvedByRequest({ resolution }: ServiceEntry): boolean {
  return resolution === "DYNAMIC_DNS";
}

/** Protocols that Istio passes on as bytes. A route may take HTTPS for HTTP, so that is not one of them. */
const RAW = ["TCP", "TLS", "MONGO", "MYSQL", "REDIS"];

function isRaw({ ports }: ServiceEntry, port: number | undefined): boolean {
  return ports.some(
    ({ number, protocol = "TCP" }) =>
      (port === undefined || number === port) && RAW.includes(protocol.toUpperCase()),
  );
}
