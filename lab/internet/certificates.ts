import { type Authority, createSelfSigned, type KeyPair } from "../cluster/certificates.ts";

/** What is right or wrong with a host's certificate; `private` is one of the authority that nobody trusts unasked. */
export type CertificateKind = "valid" | "private" | "expired" | "wrong-name" | "self-signed";

/** Who signs: the authority that images trust in place of the world's, and the private one. */
export interface Authorities {
  readonly world: Authority;
  readonly private: Authority;
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 24 * 60 * 60 * 1000);
}

/** The certificate that a host shows; where it has several names, for all of them. */
export function issueFor(
  [host, ...more]: readonly [string, ...string[]],
  kind: CertificateKind,
  authorities: Authorities,
): Promise<KeyPair> {
  const request = { commonName: host, dnsNames: [host, ...more] };
  switch (kind) {
    case "valid":
      return authorities.world.issue(request);
    case "private":
      return authorities.private.issue(request);
    case "expired": {
      return authorities.world.issue({
        ...request,
        validity: { notBefore: daysAgo(91), notAfter: daysAgo(1) },
      });
    }
    case "wrong-name":
      return authorities.world.issue({
        commonName: "another.example.net",
        dnsNames: ["another.example.net"],
      });
    case "self-signed":
      return createSelfSigned(request);
  }
}
