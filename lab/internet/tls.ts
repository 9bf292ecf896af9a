import { createSecureContext, type SecureContextOptions, type TlsOptions } from "node:tls";
import type { KeyPair } from "../cluster/certificates.ts";
import { wildcardOf } from "./names.ts";

/** Certificates by host, or by `*.` and a domain; `fallback` is shown for any other name, or none. */
export interface ServerCertificates {
  readonly hosts: Readonly<Record<string, KeyPair>>;
  readonly fallback: KeyPair;
  /** PEM: only clients with a certificate of this authority are spoken to. Any client where left out. */
  readonly clientAuthority?: string;
  /** Speaks no newer TLS than this, which clients of today refuse; any where left out. */
  readonly upTo?: "TLSv1.1";
}

/** Options of a TLS server that shows each host's certificate to who names the host in the handshake. */
export function tlsOptions({ hosts, fallback, clientAuthority, upTo }: ServerCertificates): TlsOptions {
  // OpenSSL takes so old a version on its lowest level of security alone.
  const versions: SecureContextOptions =
    upTo === undefined ? {} : { minVersion: "TLSv1", maxVersion: upTo, ciphers: "DEFAULT@SECLEVEL=0" };
  const contexts = new Map(
    Object.entries(hosts).map(([host, { certificate, key }]) => [
      host,
      createSecureContext({
        cert: certificate,
        key,
        ...versions,
      }),
    ]),
  );
  return {
    cert: fallback.certificate,
    key: fallback.key,
    ...versions,
    ...(clientAuthority === undefined ? {} : { ca: clientAuthority, requestCert: true }),
    SNICallback: (name, done) => {
      const host = name.toLowerCase();
      done(null, contexts.get(host) ?? contexts.get(wildcardOf(host)));
    },
  };
}
