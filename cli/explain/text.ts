import type { Answer } from "../../access/evaluate/evaluate.ts";
import type { Explanation } from "../../access/evaluate/explain.ts";
import type { Step } from "../../access/evaluate/step.ts";
import type { Call } from "../../advice/call.ts";
import type { Impossible, Suggestion } from "../../advice/suggest.ts";
import { formatCaller, formatPosition, type Position, printable } from "../../model/index.ts";
import { COLUMNS, wrapped } from "../output/wrap.ts";

/**
 * In one word what comes of a call; `past-gateways`: nothing refuses it, and no gateway sees it; `unknown`: what is not
 * judged could change the answer.
 */
export type Verdict = "allowed" | "refused" | "past-gateways" | "unknown";

/** All that is told of a call. */
export interface Explained extends Explanation {
  /** The environment's name. */
  readonly environment: string;
  /** Without its headers, which may be secrets. */
  readonly call: Omit<Call, "headers">;
  readonly verdict: Verdict;
  readonly steps: readonly PlacedStep[];
  /** How it would be allowed; absent where it is. */
  readonly advice?: Suggestion | Impossible;
}

interface PlacedStep extends Step {
  /** Where that stands for which the object is made; absent where nobody declared it. */
  readonly declared?: Position;
}

const ANSWERS: Readonly<Record<Answer, string>> = {
  allowed: "allowed",
  unauthorized: "refused (401 of the gateway)",
  forbidden: "refused (403 of the gateway)",
  "not-found": "refused (404 of the gateway)",
  closed: "refused (the connection is closed)",
  "unknown-host": "refused (502 of its own sidecar)",
  unavailable: "refused (503: there is no way on)",
  direct: "goes past every gateway",
  unknown: "not known",
};

/**
 * For a terminal: the verdict, each step with its object and place, and what would allow the call.
 *
 * @param terminal how wide it is; elsewhere the verdict is one line, to be searched, and prose has 80 columns
 */
export function textOf({ call, answer, steps, unsure, advice }: Explained, terminal?: number): string {
  const columns = terminal ?? COLUMNS;
  const isSure = unsure.length === 0 || answer === "unknown";
  const verdict = `${formatCaller(call)}${userOf(call)} ${called(call)}: ${ANSWERS[answer]}${isSure ? "" : ", as far as it is judged"}`;
  return [
    ...(terminal === undefined ? [verdict] : wrapped(verdict, { columns, hanging: "  " })),
    "",
    ...steps.flatMap((step) => linesOf(step, columns)),
    ...(unsure.length === 0
      ? []
      : ["", ...unsure.flatMap((one) => wrapped(`Not judged: ${one}.`, { columns }))]),
    ...[...addressed(call), ...blind(call)].flatMap((text) => ["", ...wrapped(text, { columns })]),
    ...(advice === undefined ? [] : ["", ...adviceLines(advice, answer, columns)]),
    "",
  ]
    .map((line) => (line === "" ? line : printable(line)))
    .join("\n");
}

/** Whose token the request has. */
function userOf({ claims }: Explained["call"]): string {
  return claims === undefined ? "" : ` (${String(claims.sub)})`;
}

/** Plain TCP carries no name. */
function addressed({ host, address }: Explained["call"]): string[] {
  return address === undefined
    ? []
    : [`${host} is declared by its addresses: it is asked for at ${address}.`];
}

function called({ scheme, host, port, method, path = "" }: Explained["call"]): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return `${method === undefined ? "" : `${method} `}${scheme}://${name}:${port}${path}`;
}

const INDENT = " ".repeat(12);

function linesOf({ at, passes, says, object, rule, route, declared }: PlacedStep, columns: number): string[] {
  const within = [
    ...(rule === undefined ? [] : [`rule ${rule}`]),
    ...(route === undefined ? [] : [`route ${route}`]),
  ];
  const [first = "", ...more] = wrapped(says, { columns, indent: INDENT });
  return [
    `${passes ? "✓" : "✗"} ${at.padEnd(10)}${first.trimStart()}`,
    ...more,
    ...(object === undefined ? [] : [`${INDENT}${object}`]),
    ...within.map((part) => `${INDENT}  ${part}`),
    ...(declared === undefined ? [] : [`${INDENT}${formatPosition(declared)}`]),
  ];
}

/** A gateway sees requests of HTTP alone. */
function blind({ scheme, method, path, claims }: Explained["call"]): string[] {
  if (scheme === "http" || (method ?? path ?? claims) === undefined) return [];
  return [`Of ${scheme} a gateway sees no method, path, header or token: these were not looked at.`];
}

function adviceLines(advice: Suggestion | Impossible, answer: Answer, columns: number): string[] {
  if ("why" in advice)
    return [
      ...wrapped(`Nothing that is added allows it: ${advice.why}.`, { columns }),
      ...wrapped(`fix: ${advice.fix}`, { columns, indent: "  " }),
    ];
  const what = answer === "direct" ? "To lead it through a gateway" : "To allow it";
  return [
    ...wrapped(`${what}, add to ${advice.path} (${formatPosition(advice)}):`, { columns }),
    "",
    ...advice.yaml
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`),
    ...(advice.also === undefined ? [] : ["", ...wrapped(advice.also, { columns })]),
  ];
}
