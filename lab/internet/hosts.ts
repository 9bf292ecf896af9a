import { internet, kubernetesService } from "../addresses.ts";
import type { CertificateKind } from "./certificates.ts";
import { sites } from "./sites.ts";

/** A name that exists, where it leads, and what it shows in a TLS handshake. */
export interface Host {
  /** `*.` and a domain for every name in that domain. */
  readonly name: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** Absent where the host has none of its own. */
  readonly certificate?: CertificateKind;
  /** Names that its certificate is for beside its own. */
  readonly alsoFor?: readonly string[];
}

export const mutualHost = "mutual.example.com";
export const webSocketHost = "ws.example.com";
export const grpcHost = "grpc.example.com";

const web = { ipv4: internet.web, ipv6: internet.web6, certificate: "valid" } as const;

/** Hosts that lead elsewhere than a site does, or have another certificate. */
const others: readonly Host[] = [
  { name: "private.example.com", ...web, certificate: "private" },
  { name: "expired.example.com", ...web, certificate: "expired" },
  { name: "wrong-name.example.com", ...web, certificate: "wrong-name" },
  { name: "self-signed.example.com", ...web, certificate: "self-signed" },
  { name: "six.example.com", ipv6: internet.web6, certificate: "valid" },
  { name: "six.wild.example.com", ipv6: internet.web6, certificate: "valid" },
  { name: mutualHost, ipv4: internet.mutual, certificate: "valid", alsoFor: [`*.${mutualHost}`] },
  { name: `*.${mutualHost}`, ipv4: internet.mutual },
  { name: `long.${mutualHost}`, ipv4: internet.mutual },
  { name: `six.${mutualHost}`, ipv6: internet.mutual6 },
  { name: webSocketHost, ipv4: internet.webSocket, certificate: "valid" },
  { name: grpcHost, ipv4: internet.grpc, certificate: "valid" },
  ...["wild.example.com", mutualHost].flatMap((domain) => [
    { name: `ws.${domain}`, ipv4: internet.webSocket, certificate: "valid" } as const,
    { name: `grpc.${domain}`, ipv4: internet.grpc, certificate: "valid" } as const,
  ]),
  { name: "wss.example.com", ipv4: internet.webSocket, certificate: "valid" },
  { name: "six.tcp.example.com", ipv6: internet.web6 },
  { name: "tcp.example.com", ipv4: internet.web, ipv6: internet.web6 },
  { name: "down.example.com", ipv4: internet.down },
  { name: "silent.example.com", ipv4: internet.silent },
  // Names of strangers that lead into the cluster, as in DNS rebinding.
  { name: "inside.example.com", ipv4: kubernetesService },
  { name: "metadata.example.com", ipv4: "169.254.169.254" },
  ...["wild.example.com", mutualHost].flatMap((domain) => [
    { name: `inside.${domain}`, ipv4: kubernetesService },
    { name: `metadata.${domain}`, ipv4: "169.254.169.254" },
  ]),
  ...Object.entries(internet.inside6).flatMap(([name, ipv6]) => [
    { name: `${name}.example.com`, ipv6 },
    { name: `${name}.wild.example.com`, ipv6, certificate: "valid" } as const,
  ]),
];

/** Every host that exists. Most have the same addresses, as hosts behind one delivery network do. */
export const hosts: readonly Host[] = [
  ...sites.flatMap(({ host }) => (others.some(({ name }) => name === host) ? [] : [{ name: host, ...web }])),
  ...others,
];
