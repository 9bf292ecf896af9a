import Table from "cli-table3";
import { LEAST_PER_SECOND, type Outcome } from "./outcome.ts";

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
  "gates s",
  "streams cut",
];

/** All outcomes as a table. */
export function outcomesTable(outcomes: readonly Outcome[]): string {
  const table = new Table({ head: HEADS, style: { head: [], border: [] } });
  for (const outcome of outcomes)
    table.push([
      outcome.scenario,
      outcome.requests,
      outcome.grantedPerSecond.toFixed(0),
      outcome.failed.length,
      outcome.inFlight,
      outcome.leaks.length,
      outcome.late,
      outcome.older,
      secondsOf(outcome.applySeconds),
      secondsOf(outcome.gateSeconds),
      outcome.cutStreams,
    ]);
  return table.toString();
}

function secondsOf(times: readonly number[]): string {
  return times.map((seconds) => seconds.toFixed(0)).join(", ");
}

/** So many of what went wrong are told. */
const TOLD = 10;

/** An outcome in lines, with the first of what went wrong. */
export function describeOutcome(outcome: Outcome): string[] {
  const { scenario, requests, grantedPerSecond, failed, leaks, late, cutStreams } = outcome;
  const clock = (time: number) => new Date(time).toISOString().slice(11, 23);
  return [
    `${scenario}: ${requests} requests, ${failed.length} failed, ${leaks.length} leaked, ${late} late, ${cutStreams} streams cut`,
    ...(grantedPerSecond < LEAST_PER_SECOND
      ? [
          `  ${grantedPerSecond.toFixed(0)} granted requests a second are too few to tell: ${LEAST_PER_SECOND} at least`,
        ]
      : []),
    ...failed
      .slice(0, TOLD)
      .map(
        ({ account, url, begun, ended, code, exit }) =>
          `  failed ${account} ${url} from ${clock(begun)} to ${clock(ended)}: ${code}, curl ${exit}`,
      ),
    ...leaks.slice(0, TOLD).map(({ account, url, time }) => `  leaked ${account} ${url} at ${clock(time)}`),
  ];
}
