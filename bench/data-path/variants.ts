import type { DocsHost, DocsMode } from "../docs-pattern.ts";
import type { Load } from "../wrk.ts";

/** A mode that is measured: what the application calls, and each pattern's host, as no host can have both. */
export interface MeasuredMode {
  readonly mode: DocsMode;
  readonly scheme: "http" | "https";
  readonly docs: string;
  readonly ours: string;
}

/**
 * Hosts of the lab's internet whose pages have the same size, but for the names of their owners, over HTTP and TLS.
 * Direct calls of `originate` are plain HTTP, as the application speaks it.
 */
export const MODES: readonly MeasuredMode[] = [
  { mode: "none", scheme: "http", docs: "www.google.com", ours: "www.yahoo.com" },
  { mode: "originate", scheme: "http", docs: "developer.yahoo.com", ours: "finance.yahoo.com" },
  { mode: "passthrough", scheme: "https", docs: "developers.google.com", ours: "www.yahoo.com" },
];

/** `direct` is a pod without a sidecar; each pattern is called from a pod of its own with one. */
export const VARIANTS = ["direct", "docs", "ours"] as const;
export type Variant = (typeof VARIANTS)[number];

/** Where the gateways are. */
export const GATEWAYS = {
  docs: "bench-docs",
  ours: "bench-egress",
} as const;

/** Where each variant is called from. */
export const CLIENTS: Readonly<Record<Variant, string>> = {
  direct: "bench-direct",
  docs: "bench-docs-client",
  ours: "bench-client",
};

export const LOADS: readonly Load[] = [true, false].flatMap((keepAlive) =>
  [1, 64].map((connections) => ({ keepAlive, connections })),
);

/** wrk looks a scheme up in /etc/services, which small images do not have. */
const PORTS = { http: 80, https: 443 } as const;

/** The address that a variant calls; direct calls the documents' host. */
export function urlOf({ scheme, docs, ours }: MeasuredMode, variant: Variant): string {
  return `${scheme}://${variant === "ours" ? ours : docs}:${PORTS[scheme]}/`;
}

/** The measured modes as the documents' pattern takes them. */
export function docsHosts(): DocsHost[] {
  return MODES.map(({ mode, docs }) => ({ host: docs, mode, namespaces: [CLIENTS.docs] }));
}

/** The measured modes as an environment file of ours. */
export function environmentFile(): string {
  const hosts = MODES.map(({ mode, ours }) => ({
    host: ours,
    tls: mode,
    allow: [{ from: { namespace: CLIENTS.ours } }],
  }));
  const replicas = { min: 1, max: 1 };
  const gateway = { name: "egress", namespace: GATEWAYS.ours, replicas, drainSeconds: 1 };
  return JSON.stringify({ environment: "bench", gateways: [gateway], hosts });
}
