import { createSecureContext, type TlsOptions } from "node:tls";
import type { KeyPair } from "../cluster/certificates.ts";
import { wildcardOf } from "./names.ts";

/** Certificates by host, or by `*.` and a domain; `fallback` is shown for any other name, or none. */
export interface ServerCertificates {
  readonly hosts: Readonly<Record<string, KeyPair>>;
  readonly fallback: KeyPair;
  /** PEM: only clients with a certificate of this authority are spoken to. Any client where left out. */
  readonly clientAuthority?: string;
}

/** Options of a TLS server that shows each host's certificate to who names the host in the handshake. */
export function tlsOptions({ hosts, fallback, clientAuthority }: ServerCertificates): TlsOptions {
  const contexts = new Map(
    Object.entries(hosts).map(([host, { certificate, key }]) => [
      host,
      createSecureContext({ cert: certificate, key, ...(clientAuthority && { ca: clientAuthority }) }),
    ]),
  );
  return {
    cert: fallback.certificate,
    key: fallback.key,
    ...(clientAuthority === undefined ? {} : { ca: clientAuthority, requestCert: true }),
    SNICallback: (name, done) => {
      const host = name.toLowerCase();
      done(null, contexts.get(host) ?? contexts.get(wildcardOf(host)));
    },
  };
}
