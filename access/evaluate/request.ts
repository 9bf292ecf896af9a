import type { Json } from "../../plan/manifest.ts";

/** Who asks, as a certificate says it: `cluster.local/ns/news/sa/politics`. */
type Principal = string;

/** What a gateway sees of what it is asked. */
export interface Request {
  readonly principal: Principal;
  /** Where it came in, in the gateway's pod. */
  readonly listener: number;
  /** Whether the gateway sees requests or connections alone. */
  readonly protocol: "http" | "tcp";
  /** The name that the connection asks for, in lower case. */
  readonly sni: string;
  /** With its port as the caller wrote it; of HTTP alone, as are all that follow. */
  readonly authority: string;
  readonly method: string;
  /** Normalised, without a query. */
  readonly path: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a token that the gateway takes. */
  readonly claims?: Readonly<Record<string, Json>>;
}
