import { markdown } from "../markdown.ts";
import type { Case, Outcome } from "./outcome.ts";
import { PLACES, type Place } from "./patterns.ts";
import type { ProxySize } from "./proxies.ts";

type Cells = readonly [name: string, ours: string, docs: string, ratio: string];

/** One size in one mode as a table of its own. */
export function report({ hosts, mode, local, ours, docs, estimate, limit }: Case): string {
  const { check, plan, render } = local;
  const size = (place: Place, name: string, key: keyof ProxySize, unit: number, digits: number): Cells => {
    const [mine, theirs] = [ours, docs].map(({ proxies }) => proxies[place].size?.[key]);
    const cell = (value: number | undefined) =>
      value === undefined ? "no answer" : (value / unit).toFixed(digits);
    return [`${place}: ${name}`, cell(mine), cell(theirs), ratioOf(mine, theirs)];
  };
  const grown = (place: Place): Cells => {
    const kilobytes = (bytes: number | undefined) =>
      bytes === undefined ? "no answer" : (bytes / 1000).toFixed(0);
    const measured = ours.proxies[place].grown;
    const [guess, error] = [estimate[place], measured === undefined ? undefined : estimate[place] / measured];
    const told = `${kilobytes(measured)}, estimated ${kilobytes(guess)} (${error?.toFixed(2) ?? "?"})`;
    return [`${place}: grown by KB`, told, kilobytes(docs.proxies[place].grown), ""];
  };
  const lines: Cells[] = [
    ["resources", `${ours.resources}`, docs.resources.toFixed(0), ratioOf(ours.resources, docs.resources)],
    [
      "apply s",
      applyTime(ours.apply, ours.written, ours.resources, limit),
      applyTime(docs.apply, docs.written, docs.resources, limit),
      ratioOf(ours.apply, docs.apply),
    ],
    ["apply with gates s", seconds(ours.gated), "", ""],
    timed("second apply s", ours.again, docs.again),
    timed("all in sync after s", ours.inSync, docs.inSync),
    ...PLACES.flatMap((place): Cells[] => [
      size(place, "config_dump KB", "bytes", 1000, 0),
      grown(place),
      size(place, "clusters", "clusters", 1, 0),
      size(place, "Envoy MB", "memoryBytes", 1e6, 1),
      [`${place}: restarts`, `${ours.proxies[place].restarts}`, `${docs.proxies[place].restarts}`, ""],
    ]),
    ...engineLines(ours, docs, limit),
    ["check s / MB", `${check.seconds.toFixed(2)} / ${check.megabytes.toFixed(0)}`, "", ""],
    ["plan s / MB", `${plan.seconds.toFixed(3)} / ${plan.megabytes.toFixed(0)}`, "", ""],
    ["render s / MB", `${render.seconds.toFixed(2)} / ${render.megabytes.toFixed(0)}`, "", ""],
  ];
  const from = docs.extrapolatedFrom;
  const head = from === undefined ? "docs" : `docs, extrapolated from ${from.join(" and ")}`;
  return `${hosts} hosts, ${mode}\n\n${markdown(["", "ours", head, "ours/docs"], lines)}`;
}

function engineLines(ours: Outcome, docs: Outcome, limit: number): Cells[] {
  if (ours.engine === undefined || docs.engine === undefined) return [];
  const [mine, theirs] = [ours.engine, docs.engine];
  return [
    ["up of the gateway s", seconds(mine.gateway), seconds(theirs.gateway), ""],
    timed("preview of the hosts s", mine.change, theirs.change),
    [
      "up of the hosts s",
      applyTime(mine.hosts, mine.resources, ours.resources, limit),
      // What was stopped at the smaller sizes has no time to go by.
      docs.extrapolatedFrom !== undefined && theirs.hosts === undefined
        ? "not tried"
        : applyTime(theirs.hosts, theirs.resources, docs.resources, limit),
      ratioOf(mine.hosts, theirs.hosts),
    ],
    ["up of the hosts with gates s", seconds(mine.gated), "", ""],
    timed("no-op preview s", mine.preview, theirs.preview),
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

function timed(name: string, ours: number | undefined, docs: number | undefined): Cells {
  return [name, seconds(ours), seconds(docs), ratioOf(ours, docs)];
}

function seconds(time: number | undefined): string {
  return time === undefined ? "not reached" : time.toFixed(1);
}

/** Ours by the documents' pattern; nothing where one of them has no number. */
function ratioOf(ours: number | undefined, docs: number | undefined): string {
  return ours === undefined || docs === undefined || docs === 0 ? "" : (ours / docs).toPrecision(2);
}
