import { markdown } from "../markdown.ts";
import { median } from "../median.ts";
import type { Load, WrkRun } from "../wrk.ts";
import type { MeasuredMode, Variant } from "./variants.ts";

/** One mode under one load: the variants' runs, in rounds that went through all of them. */
export interface Measured {
  readonly mode: MeasuredMode["mode"];
  readonly load: Load;
  readonly rounds: readonly Readonly<Record<Variant, Run>>[];
}

/** One run of wrk, and what it cost. */
export interface Run extends WrkRun {
  /** Microseconds of the processor a request, in the sidecar and the gateway together; 0 where there are none. */
  readonly processor: number;
}

/** One line of the outcome. */
interface Row extends Load {
  readonly mode: MeasuredMode["mode"];
  /** Medians of the rounds. */
  readonly variants: Readonly<Record<Variant, Run>>;
  /** Ours by the documents' pattern: the medians of each round's own ratio, as a busy moment meets both. */
  readonly ratio: Readonly<Record<"requestsPerSecond" | "p50" | "p99" | "processor", number>>;
}

/** What the rounds of a mode and load came to. */
export function rowOf({ mode, load, rounds }: Measured): Row {
  const of = (variant: Variant): Run => ({
    requestsPerSecond: median(rounds.map((round) => round[variant].requestsPerSecond)),
    p50: median(rounds.map((round) => round[variant].p50)),
    p99: median(rounds.map((round) => round[variant].p99)),
    processor: median(rounds.map((round) => round[variant].processor)),
    failed: rounds.reduce((total, round) => total + round[variant].failed, 0),
  });
  const ratio = (key: keyof Row["ratio"]) => median(rounds.map(({ docs, ours }) => ours[key] / docs[key]));
  return {
    mode,
    ...load,
    variants: { direct: of("direct"), docs: of("docs"), ours: of("ours") },
    ratio: {
      requestsPerSecond: ratio("requestsPerSecond"),
      p50: ratio("p50"),
      p99: ratio("p99"),
      processor: ratio("processor"),
    },
  };
}

const HEAD = [
  "mode",
  "keep-alive",
  "connections",
  ...["direct", "docs", "ours"].flatMap((variant) => [`${variant} /s`, "p50 ms", "p99 ms"]),
  ...["ours/docs /s", "p50", "p99"],
  ...["docs µs of Envoy", "ours", "ours/docs"],
  "failed",
];

/** The rows as a table in Markdown. */
export function table(rows: readonly Row[]): string {
  return markdown(
    HEAD,
    rows.map(({ mode, keepAlive, connections, variants, ratio }) => {
      const runs = [variants.direct, variants.docs, variants.ours];
      return [
        mode,
        keepAlive ? "yes" : "no",
        connections,
        ...runs.flatMap((run) => [run.requestsPerSecond.toFixed(0), run.p50.toFixed(2), run.p99.toFixed(2)]),
        ...[ratio.requestsPerSecond, ratio.p50, ratio.p99].map((value) => value.toFixed(2)),
        ...[variants.docs, variants.ours].map(({ processor }) => processor.toFixed(0)),
        ratio.processor.toFixed(2),
        runs.map(({ failed }) => failed).join("+"),
      ];
    }),
  );
}
