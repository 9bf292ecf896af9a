/** What wrk is to send. */
export interface Load {
  readonly keepAlive: boolean;
  readonly connections: number;
}

/** wrk's command for one load; one thread, as more take the processor from what is measured. */
export function wrkCommand(url: string, { keepAlive, connections }: Load, seconds: number): string[] {
  return [
    ...["wrk", "--latency", "--threads=1", `--connections=${connections}`, `--duration=${seconds}s`],
    ...(keepAlive ? [] : ["--header=Connection: close"]),
    url,
  ];
}

/** One run of wrk, in its own terms. */
export interface WrkRun {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers other than 2xx and 3xx, and what ended in no answer at all. */
  readonly failed: number;
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads what `wrk --latency` prints.
 *
 * @throws if a number is missing, as where wrk could not connect
 */
export function parseWrk(output: string): WrkRun {
  return {
    requestsPerSecond: Number(found(output, /^Requests\/sec:\s+(?<value>[\d.]+)$/m)),
    p50: latency(output, 50),
    p99: latency(output, 99),
    failed: sum(output, /Non-2xx or 3xx responses: (\d+)/) + sum(output, /Socket errors: (.*)/),
  };
}

function latency(output: string, percent: number): number {
  const text = found(output, new RegExp(`^\\s+${percent}%\\s+(?<value>[\\d.]+(?:us|ms|s|m|h)) *$`, "m"));
  const unit = text.replace(/[\d.]+/, "");
  return Number.parseFloat(text) * (MILLISECONDS[unit] ?? Number.NaN);
}

function found(output: string, pattern: RegExp): string {
  const value = pattern.exec(output)?.groups?.value;
  if (value === undefined) throw new Error(`wrk printed no ${pattern.source}:\n${output}`);
  return value;
}

/** All numbers of a line that is only there when something failed. */
function sum(output: string, line: RegExp): number {
  const numbers = line.exec(output)?.[1]?.match(/\d+/g) ?? [];
  return numbers.reduce((total, number) => total + Number(number), 0);
}
