import type { Mode } from "../environment.ts";

/** What a gateway's port speaks. */
export type Protocol = "http" | "tls" | "tcp";

/** The protocol of the gateway's port that a host of each mode is called on. */
export const PROTOCOLS: Readonly<Record<Mode, Protocol>> = {
  none: "http",
  originate: "http",
  mutual: "http",
  passthrough: "tls",
  tcp: "tcp",
};
