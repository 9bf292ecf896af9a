import { markdown } from "../markdown.ts";
import { median } from "../median.ts";
import type { PolicySize } from "./rbac.ts";
import type { Variant } from "./variants.ts";

/** One run of wrk. */
export interface Round {
  readonly requestsPerSecond: number;
  /** Of the gateway's processor, for each request. */
  readonly microseconds: number;
}

/** What was measured of a variant. */
export interface Measured {
  readonly variant: Variant;
  readonly policies: number;
  readonly size: PolicySize;
  /** Grows as rounds are done. */
  readonly rounds: Round[];
}

const HEAD = ["rules", "policies", "policy KB", "requests/s", "to none", "µs of the gateway", "to none"];

/** A line a variant. Ranges are least, median and greatest; ratios the medians of each round's own to the one without. */
export function table(measured: readonly Measured[]): string {
  const without = measured.find(({ variant }) => variant === "none")?.rounds ?? [];
  const range = (rounds: readonly Round[], key: keyof Round, digits: number) => {
    const values = rounds.map((round) => round[key]);
    return [Math.min(...values), median(values), Math.max(...values)]
      .map((value) => value.toFixed(digits))
      .join(" – ");
  };
  const ratio = (rounds: readonly Round[], key: keyof Round) =>
    median(rounds.flatMap((round, index) => round[key] / (without[index]?.[key] ?? Number.NaN))).toFixed(2);
  return markdown(
    HEAD,
    measured.map(({ variant, policies, size, rounds }) => [
      variant,
      policies,
      (size.bytes / 1_000).toFixed(0),
      range(rounds, "requestsPerSecond", 0),
      ratio(rounds, "requestsPerSecond"),
      range(rounds, "microseconds", 0),
      ratio(rounds, "microseconds"),
    ]),
  );
}
