import Table from "cli-table3";
import type { Outcome } from "./outcome.ts";

const HEADS = [
  "scenario",
  "requests",
  "granted /s",
  "granted, failed",
  "in flight",
  "leaked",
  "late",
  "older",
  "apply s",
  "streams cut",
];

/** All outcomes as a table. */
export function outcomesTable(outcomes: readonly Outcome[]): string {
  const table = new Table({ head: HEADS, style: { head: [], border: [] } });
  for (const outcome of outcomes)
    table.push([
      outcome.scenario,
      outcome.requests,
      (outcome.granted / outcome.seconds).toFixed(0),
      outcome.failed.length,
      outcome.inFlight,
      outcome.leaks.length,
      outcome.late,
      outcome.older,
      outcome.gateSeconds.map((seconds) => seconds.toFixed(0)).join(", "),
      outcome.cutStreams,
    ]);
  return table.toString();
}

/** So many of what went wrong are told. */
const TOLD = 10;

/** An outcome in lines, with the first of what went wrong. */
export function describeOutcome({ scenario, requests, failed, leaks, late, cutStreams }: Outcome): string[] {
  const clock = (time: number) => new Date(time).toISOString().slice(11, 23);
  return [
    `${scenario}: ${requests} requests, ${failed.length} failed, ${leaks.length} leaked, ${late} late, ${cutStreams} streams cut`,
    ...failed
      .slice(0, TOLD)
      .map(
        ({ account, url, begun, ended, code, exit }) =>
          `  failed ${account} ${url} from ${clock(begun)} to ${clock(ended)}: ${code}, curl ${exit}`,
      ),
    ...leaks.slice(0, TOLD).map(({ account, url, time }) => `  leaked ${account} ${url} at ${clock(time)}`),
  ];
}
