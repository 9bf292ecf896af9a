import type { Row } from "../row.ts";

/** A part of the document: what is put in force before it, and its rows. */
export interface Part {
  readonly title: string;
  /** Left out where there is no firewall to close. */
  readonly needsFirewall?: true;
  /** Left out where the lab has no IPv6. */
  readonly needsIpv6?: true;
  readonly prepare: () => Promise<void>;
  readonly rows: readonly Row[];
}
