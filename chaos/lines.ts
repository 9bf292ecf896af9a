import type { Lifetime, Way } from "./grants.ts";

/** A request that has ended, as its client saw it. */
export interface Request extends Way, Lifetime {
  /** Of HTTP; 0 without an answer. */
  readonly code: number;
  /** Curl's own; 0 where it got a whole answer. */
  readonly exit: number;
}

/** A stream that has ended, as its client saw it. */
type Stream = Request;

/** An event of a stream that has reached its client. */
interface StreamEvent extends Way {
  readonly time: number;
}

/** What a line of a client's log tells. */
export type Line =
  | { readonly kind: "request"; readonly request: Request }
  | { readonly kind: "stream"; readonly stream: Stream }
  | { readonly kind: "event"; readonly event: StreamEvent };

/**
 * Reads a line of a client's log, with the time that Kubernetes put before it.
 *
 * @example
 * parseLine("2026-11-21T19:00:00.5Z request http://echo.example.com/kept/7 200 0 0.004", "shop/caller")
 */
export function parseLine(text: string, account: string): Line | undefined {
  const [stamp = "", kind, url = "", code, exit, seconds] = text.split(" ");
  const time = Date.parse(stamp);
  if (Number.isNaN(time)) return undefined;
  if (kind === "event") return { kind, event: { account, url, time } };
  if (kind !== "request" && kind !== "stream") return undefined;
  const begun = time - Number(seconds) * 1000;
  const ended: Request = { account, url, begun, ended: time, code: Number(code), exit: Number(exit) };
  return kind === "request" ? { kind, request: ended } : { kind, stream: ended };
}

/** Whether a client got what it asked for. */
export function succeeded({ code, exit }: Request): boolean {
  return code === 200 && exit === 0;
}
