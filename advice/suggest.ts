import { explainCall } from "../access/evaluate/explain.ts";
import type { Step } from "../access/evaluate/step.ts";
import type { DeclaredHost, Place } from "../model/environment.ts";
import { loadEnvironment } from "../model/load.ts";
import { formatPosition, type Position } from "../model/problem.ts";
import { type Files, filesBelow } from "../model/read/files.ts";
import { callersOf, formatCaller } from "../model/rules/callers.ts";
import { formatPath } from "../model/source.ts";
import { planEnvironment } from "../plan/plan.ts";
import { type Addition, additionsFor, type Impossible } from "./additions.ts";
import { type Call, meshOf, probeOf } from "./call.ts";
import { hostsOf } from "./hosts.ts";
import { type Declaration, denialOf, placesOf } from "./places.ts";
import { listOf, withEntry } from "./with-entry.ts";

export type { Impossible } from "./additions.ts";

/** What to declare so that a call is allowed. */
export interface Suggestion extends Position {
  /** The list that gets one more entry, such as `hosts[3].allow`. */
  readonly path: string;
  /** That list with the entry alone, as YAML. */
  readonly yaml: string;
  /** What is opened beside the call's own caller and host, as a sentence; absent where nothing is. */
  readonly also?: string;
}

/** What was read, and how: what is suggested is tried on the same files. */
interface Tried {
  /** The environment file. */
  readonly file: string;
  readonly declaration: Declaration;
  /** As the declaration was read with; the present by default. */
  readonly now?: Date;
  /** From the disk by default. */
  readonly files?: Files;
}

/**
 * The smallest declaration that lets a call through that is refused: what is suggested was read, checked and planned
 * together with all else, and the evaluator has allowed the call.
 */
export function suggest(tried: Tried, call: Call): Suggestion | Impossible {
  const additions = additionsFor(tried.declaration, call);
  if ("why" in additions) return additions;
  const refusals: Impossible[] = [];
  for (const addition of additions) {
    const result = tryAddition(tried, call, addition);
    if (!("why" in result)) return result;
    refusals.push(result);
  }
  return refusals[0] ?? { why: "nothing that could be declared is known", fix: "look at the last step" };
}

function tryAddition(tried: Tried, call: Call, addition: Addition): Suggestion | Impossible {
  const { declaration } = tried;
  const { path, entry, also } = addition;
  const changed = withAddition(tried, addition);
  if ("why" in changed) return changed;
  const { environment, declared } = changed;
  const { mesh } = environment;
  const manifests = planEnvironment(environment).map(({ manifest }) => manifest);
  const { answer, steps } = explainCall(manifests, probeOf(call, mesh), meshOf(mesh));
  if (answer !== "allowed") return refusedStill(tried, call, steps.at(-1));
  const { file, line, column } = addition.at;
  const yaml = listOf(String(path.at(-1)), entry);
  const more = also ?? inherited(declaration, declared, call);
  return {
    ...{ file, line, column, path: formatPath(path), yaml },
    ...(more === undefined ? {} : { also: more }),
  };
}

/** The declaration with an addition, or why check refuses that. */
function withAddition(
  { file, now, files = filesBelow(file) }: Tried,
  { at, path, entry }: Addition,
): Declaration | Impossible {
  const read = files.read(at.file);
  if (!("text" in read)) return read;
  const text = withEntry(read.text, path, entry);
  const changed = files.identify(at.file);
  const { environment, ...loaded } = loadEnvironment(file, {
    ...(now === undefined ? {} : { now }),
    files: {
      identify: files.identify,
      read: (other) => (files.identify(other) === changed ? { text } : files.read(other)),
    },
  });
  if (environment !== undefined) return { ...loaded, environment };
  const [{ why, fix } = { why: "it can't be declared", fix: "run check" }] = loaded.problems;
  return { why, fix };
}

/** A host that is new has the rules at the head of its file too. */
function inherited(before: Declaration, after: readonly DeclaredHost[], call: Call): string | undefined {
  const [host] = hostsOf(after, call);
  if (host === undefined || before.declared.some((one) => one.host === host.host && one.port === host.port))
    return undefined;
  const others = callersOf(host).filter((caller) => formatCaller(caller) !== formatCaller(call));
  if (others.length === 0) return undefined;
  return `Rules at the head of a file let others call it too: ${others.map(formatCaller).join(", ")}.`;
}

/** Who may call is declared now, and something else refuses: a rule that denies, or what somebody else keeps. */
function refusedStill(tried: Tried, call: Call, last: Step | undefined): Impossible {
  const { declaration } = tried;
  const { object = "", says = "refuses it" } = last ?? {};
  const why = `${object} ${says}`.trimStart();
  const denial = denialOf(declaration.declared, call, object);
  if (denial !== undefined) return { why, fix: pastDenial(tried, call, denial) };
  const place = last && placesOf(declaration, call)(last);
  const whose = place === undefined ? "that object" : `what stands at ${formatPosition(place)}`;
  return { why, fix: `ask whoever keeps ${whose}` };
}

/** An exemption never ends by itself where none is said, which production refuses; a trial's day is any. */
const LAST_DAY = "9999-12-31";

/** How a denial is got out of the way: an exemption, if check takes one. What denies one account alone has none. */
function pastDenial(tried: Tried, { namespace, account }: Call, denial: Place): string {
  const caller = formatCaller({ namespace, account });
  const entry = { serviceAccount: caller, until: LAST_DAY };
  const exempted = withAddition(tried, { at: denial, path: [...denial.path, "except"], entry });
  const place = formatPosition(denial);
  return "why" in exempted
    ? `let its owner remove ${formatPath(denial.path)} at ${place}, or narrow it`
    : `let its owner exempt ${caller} (except:, with until:) in ${formatPath(denial.path)} at ${place}`;
}
