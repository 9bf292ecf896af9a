/** A host as an environment file declares it. */
export interface HostEntry {
  readonly host: string;
  readonly tls: "none" | "originate" | "mutual" | "passthrough";
  readonly port?: number;
  readonly upstreamPort?: number;
  readonly clientSecret?: string;
  readonly allow: readonly AccountRule[];
  readonly deny?: readonly AccountRule[];
}

interface AccountRule {
  readonly from: { readonly serviceAccount: string };
}

/** What is declared: hosts behind the gateway, or nothing at all, when no gateway and no lockdown is there. */
export type Declared = readonly HostEntry[] | "nothing";

/** Who calls (`namespace/account`), and where (scheme, host and port of a URL, or more of it). */
export interface Way {
  readonly account: string;
  readonly url: string;
}

/** Something that a client did, from its first moment to its last. */
export interface Lifetime {
  readonly begun: number;
  readonly ended: number;
}

/** Whether a declaration lets this account call there. */
export function isGranted(declared: Declared, { account, url }: Way): boolean {
  if (declared === "nothing") return false;
  const { protocol, hostname, port } = new URL(url);
  const wanted = Number(port) || (protocol === "https:" ? 443 : 80);
  const isAmong = (rules: readonly AccountRule[]) =>
    rules.some(({ from }) => from.serviceAccount === account);
  return declared.some(
    ({ host, tls, port, allow, deny = [] }) =>
      host === hostname &&
      (port ?? (tls === "passthrough" ? 443 : 80)) === wanted &&
      isAmong(allow) &&
      !isAmong(deny),
  );
}

/** Whether somebody may get through: without any declaration the namespaces are open. */
export function isOpen(declared: Declared, way: Way): boolean {
  return declared === "nothing" || isGranted(declared, way);
}
