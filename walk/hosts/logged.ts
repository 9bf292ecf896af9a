import { jsonLines } from "../json-lines.ts";
import { poll } from "../poll.ts";
import type { Row } from "../row.ts";
import type { World } from "./world.ts";

/** Fields of a line in which the gateway says what was wrong. */
const REASONS = ["flags", "details", "upstreamFailure", "termination"] as const;

/** A line of the gateway's log, of a request or of a connection. */
type LogLine = Readonly<Partial<Record<(typeof REASONS)[number] | "time" | "host" | "sni", string>>>;

/** A connection's line comes when it has ended, and kubelet takes it from there. */
const LIMIT_MILLISECONDS = 20_000;

/** Some call that fails, and who logs it. */
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
  return {
    ...row,
    expected: `${row.expected}; ${reason}`,
    answer: async () => {
      const begin = Date.now();
      const answer = await row.answer();
      let logged: string[] = [];
      const found = await poll(async () => {
        logged = (await linesSince(world, begin, gateway))
          .filter((line) => (line.host ?? line.sni) === host)
          .map((line) => REASONS.map((field) => line[field] ?? "").join(" "));
        return logged.some((text) => text.includes(reason)) ? reason : undefined;
      }, LIMIT_MILLISECONDS);
      return `${answer}; ${found ?? `logged: ${logged.join(", ") || "nothing"}`}`;
    },
  };
}

async function linesSince(world: World, begin: number, gateway?: string): Promise<LogLine[]> {
  return jsonLines<LogLine>(await world.logOf(gateway)).filter(
    ({ time }) => time !== undefined && Date.parse(time) >= begin,
  );
}
