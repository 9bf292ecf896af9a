import { markdown } from "../statistics.ts";
import type { Case, Outcome } from "./outcome.ts";
import { PLACES } from "./patterns.ts";

type Cells = readonly [name: string, ours: string, docs: string, ratio: string];

/** One size in one mode as a table of its own. */
export function report({ hosts, mode, local, ours, docs, limit }: Case): string {
  const { check, plan, render } = local;
  const number = (name: string, of: (outcome: Outcome) => number, unit = 1, digits = 0): Cells => [
    name,
    (of(ours) / unit).toFixed(digits),
    (of(docs) / unit).toFixed(digits),
    ratioOf(of(ours), of(docs)),
  ];
  const timed = (name: string, of: (outcome: Outcome) => number | undefined): Cells => [
    name,
    seconds(of(ours)),
    seconds(of(docs)),
    ratioOf(of(ours), of(docs)),
  ];
  const lines: Cells[] = [
    number("resources", ({ resources }) => resources),
    [
      "apply s",
      applyTime(ours.apply, ours.written, ours.resources, limit),
      applyTime(docs.apply, docs.written, docs.resources, limit),
      ratioOf(ours.apply, docs.apply),
    ],
    timed("second apply s", ({ again }) => again),
    timed("all in sync after s", ({ inSync }) => inSync),
    ...PLACES.flatMap((proxy): Cells[] => [
      number(`${proxy}: config_dump KB`, ({ proxies }) => proxies[proxy].bytes, 1000),
      number(`${proxy}: clusters`, ({ proxies }) => proxies[proxy].clusters),
      number(`${proxy}: Envoy MB`, ({ proxies }) => proxies[proxy].memoryBytes, 1e6, 1),
    ]),
    ...engineLines(ours, docs, limit),
    ["check s / MB", `${check.seconds.toFixed(2)} / ${check.megabytes.toFixed(0)}`, "", ""],
    ["plan s", plan.seconds.toFixed(3), "", ""],
    ["render s / MB", `${render.seconds.toFixed(2)} / ${render.megabytes.toFixed(0)}`, "", ""],
  ];
  return `${hosts} hosts, ${mode}\n\n${markdown(["", "ours", "docs", "ours/docs"], lines)}`;
}

function engineLines(ours: Outcome, docs: Outcome, limit: number): Cells[] {
  if (ours.engine === undefined || docs.engine === undefined) return [];
  const [mine, theirs] = [ours.engine, docs.engine];
  return [
    [
      "up s",
      applyTime(mine.up, mine.resources, ours.resources, limit),
      applyTime(theirs.up, theirs.resources, docs.resources, limit),
      ratioOf(mine.up, theirs.up),
    ],
    [
      "no-op preview s",
      seconds(mine.preview),
      seconds(theirs.preview),
      ratioOf(mine.preview, theirs.preview),
    ],
  ];
}

/**
 * A time, or what was reached at the limit with two estimates of the whole: as if each object took the same, and as
 * if the time grew with the square of the objects.
 */
export function applyTime(
  taken: number | undefined,
  written: number,
  resources: number,
  limit: number,
): string {
  if (taken !== undefined) return taken.toFixed(1);
  const rest = resources / written;
  const [linear, quadratic] = [limit * rest, limit * rest ** 2].map((time) => time.toFixed(0));
  return `stopped after ${limit} with ${written}; extrapolated ${linear} (linear) to ${quadratic} (quadratic)`;
}

function seconds(time: number | undefined): string {
  return time === undefined ? "not reached" : time.toFixed(1);
}

/** Ours by the documents' pattern; nothing where one of them has no number. */
function ratioOf(ours: number | undefined, docs: number | undefined): string {
  return ours === undefined || docs === undefined || docs === 0 ? "" : (ours / docs).toPrecision(2);
}
