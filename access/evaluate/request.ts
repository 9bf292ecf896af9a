import type { Json } from "../../plan/manifest.ts";

/** Who asks, as a certificate says it: `cluster.local/ns/news/sa/politics`. */
type Principal = string;

/** By name; of a header that is sent several times all values, in order. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The values of a header that there are. */
export function valuesOf(headers: Headers, name: string): readonly string[] {
  const found = headers[name] ?? [];
  return typeof found === "string" ? [found] : found;
}

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
  /** Their names are in lower case. */
  readonly headers: Headers;
  /** Of a token that the gateway takes. */
  readonly claims?: Readonly<Record<string, Json>>;
}
