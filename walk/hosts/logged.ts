import { jsonLines } from "../json-lines.ts";
import { poll } from "../poll.ts";
import type { Row } from "../row.ts";
import type { World } from "./world.ts";

/** Fields of a line that say what was wrong. */
const REASONS = ["flags", "details", "upstreamFailure", "termination", "cluster"] as const;

/** A line of a log, of a request or of a connection. */
type LogLine = Readonly<Partial<Record<(typeof REASONS)[number] | "time" | "host" | "sni", string>>>;

/** A connection's line comes when it has ended, and kubelet takes it from there. */
const LIMIT_MILLISECONDS = 20_000;

/** Some call that fails at a gateway, which logs it. */
interface FailingCall {
  readonly row: Row;
  /** As it was asked for. */
  readonly host: string;
  /** What the line has to say, such as `UF`. */
  readonly reason: string;
  readonly gateway?: string;
}

/** The row of a call that fails, with the reason that the gateway's log gives for it. */
export function loggedRow(world: World, { row, host, reason, gateway }: FailingCall): Row {
  return withReason(row, reason, async () =>
    jsonLines<LogLine>(await world.logOf(gateway)).filter((line) => (line.host ?? line.sni) === host),
  );
}

/** The row of a call that the caller's own sidecar refuses, with the reason that its log gives: it may know no host. */
export function refusedRow(world: World, row: Row, reason: string): Row {
  return withReason(row, reason, async () => jsonLines<LogLine>(await world.sidecarLog()));
}

function withReason(row: Row, reason: string, read: () => Promise<readonly LogLine[]>): Row {
  return {
    ...row,
    expected: `${row.expected}; ${reason}`,
    answer: async () => {
      const begin = Date.now();
      const answer = await row.answer();
      let logged: string[] = [];
      const found = await poll(async () => {
        logged = (await read())
          .filter(({ time }) => time !== undefined && Date.parse(time) >= begin)
          .map((line) => REASONS.map((field) => line[field] ?? "").join(" "));
        return logged.some((text) => text.includes(reason)) ? reason : undefined;
      }, LIMIT_MILLISECONDS);
      return `${answer}; ${found ?? `logged: ${logged.join(", ") || "nothing"}`}`;
    },
  };
}
