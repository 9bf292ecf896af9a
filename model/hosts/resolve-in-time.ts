import type { DeclaredHost, Gateway } from "../environment.ts";
import type { Problem } from "../problem.ts";
import { dayAfter } from "../rules/last-day.ts";
import type { Expired, Notes, RuleContext } from "../rules/notes.ts";
import type { Sound } from "../sound.ts";
import { closeEnded } from "./ended-exemptions.ts";
import type { WrittenHost } from "./hosts.ts";
import { resolveHosts } from "./resolve.ts";
import { familiesAmong } from "./wildcards.ts";

/** Before every day that can be written. */
const BEFORE_ALL = new Date(-8.64e15);

/** So many days to come are looked at, the nearest. */
const DAYS_AHEAD = 8;

/** Resolves hosts as they are on a day. */
type Judge = (hosts: readonly WrittenHost[]) => { readonly found: Notes; readonly hosts: DeclaredHost[] };

/**
 * Resolves hosts as of now. What would be a problem without any date is one for everybody; what a last day alone has
 * brought about is the owner's, as nobody else may be kept from deploying by a day that has come. What a day to come
 * will bring about is a warning.
 */
export function resolveInTime(
  written: readonly WrittenHost[],
  gateways: Sound<readonly Gateway[]> | undefined,
  context: RuleContext,
  notes: Notes,
): DeclaredHost[] {
  const judge: Judge = (hosts) => {
    const closed = closeEnded(hosts);
    const found: Notes = { problems: [], warnings: [], expired: [...closed.expired] };
    return { found, hosts: resolveHosts(closed.hosts, gateways, context, found) };
  };
  const { found, hosts } = judge(written);
  if (found.problems.length > 0) tellProblems(written, found.problems, judge, notes);
  notes.expired.push(...found.expired);
  const coming = problemsToCome(written, found, judge);
  notes.warnings.push(
    ...found.warnings.filter((warning) => !coming.has(placeOf(warning))),
    ...coming.values(),
  );
  return hosts;
}

/** Puts each problem on everybody's list, or on its owner's. */
function tellProblems(
  written: readonly WrittenHost[],
  problems: readonly Problem[],
  judge: Judge,
  notes: Notes,
): void {
  const isDated = written.some(({ rules }) => rules.some((rule) => rule.asOf(BEFORE_ALL) !== rule));
  const always = isDated ? judge(asOf(written, BEFORE_ALL)).found.problems : problems;
  const lasting = new Set(always.map(placeOf));
  const ownerOf = ownersByFile(written);
  for (const problem of problems) {
    const owner = lasting.has(placeOf(problem)) ? undefined : ownerOf(problem);
    if (owner === undefined) notes.problems.push(problem);
    else notes.expired.push({ owner, problem });
  }
}

/**
 * What a day to come alone will bring about, by its place. Only families are looked at in which something ends: it lets
 * nobody in, so that no host of another family gets in its way by it.
 */
function problemsToCome(
  written: readonly WrittenHost[],
  { problems, expired }: Notes,
  judge: Judge,
): ReadonlyMap<string, Problem> {
  const coming = new Map<string, Problem>();
  const ending = Map.groupBy(
    written.flatMap((host) => daysOf(host).map((day) => ({ host, day }))),
    ({ day }) => day,
  );
  if (ending.size === 0) return coming;
  const told = new Set([...problems, ...expired.map(({ problem }) => problem)].map(placeOf));
  const familyOf = familiesAmong(written);
  for (const day of [...ending.keys()].sort().slice(0, DAYS_AHEAD)) {
    const families = new Set(ending.get(day)?.map(({ host }) => familyOf(host)));
    const first = dayAfter(day);
    const then = judge(
      asOf(
        written.filter((host) => families.has(familyOf(host))),
        first,
      ),
    ).found;
    for (const problem of [...then.problems, ...then.expired.map((entry) => entry.problem)])
      if (!told.has(placeOf(problem)) && !coming.has(placeOf(problem)))
        coming.set(placeOf(problem), {
          ...problem,
          why: `from ${first.toISOString().slice(0, 10)} on: ${problem.why}`,
        });
  }
  return coming;
}

/** The days to come on which something that holds for a host ends, each once. */
function daysOf({ rules }: WrittenHost): string[] {
  return [...new Set(rules.flatMap(({ lastDays }) => lastDays))];
}

function asOf(written: readonly WrittenHost[], moment: Date): WrittenHost[] {
  return written.map((host) => ({ ...host, rules: host.rules.map((rule) => rule.asOf(moment)) }));
}

/** A problem by its place: on another day its words may name another rule. */
function placeOf({ file, path }: Problem): string {
  return `${file} ${path}`;
}

function ownersByFile(written: readonly WrittenHost[]): (problem: Problem) => Expired["owner"] | undefined {
  const owners = new Map<string, string>();
  for (const { source, owner, rules } of written) {
    if (owner !== undefined) owners.set(source.file, owner);
    for (const { source, rule } of rules) if (rule !== undefined) owners.set(source.file, rule.owner);
  }
  return ({ file }) => owners.get(file);
}
