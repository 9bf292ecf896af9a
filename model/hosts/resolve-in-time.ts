import type { DeclaredHost, Gateway } from "../environment.ts";
import type { Problem } from "../problem.ts";
import { dayAfter } from "../rules/last-day.ts";
import type { Expired, Notes, RuleContext } from "../rules/notes.ts";
import type { Sound } from "../sound.ts";
import { closeEnded } from "./ended-exemptions.ts";
import type { WrittenHost } from "./hosts.ts";
import { resolveHosts } from "./resolve.ts";

/** Before every day that can be written. */
const BEFORE_ALL = new Date(-8.64e15);

/** So many days to come are looked at, the nearest: each costs as much as the present. */
const DAYS_AHEAD = 8;

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
  const judge = (hosts: readonly WrittenHost[]) => {
    const closed = closeEnded(hosts);
    const found: Notes = { problems: [], warnings: [], expired: [...closed.expired] };
    return { found, hosts: resolveHosts(closed.hosts, gateways, context, found) };
  };
  const { found, hosts } = judge(written);
  const rules = [...new Set(written.flatMap(({ rules }) => rules))];
  const isDated = rules.some((rule) => rule.asOf(BEFORE_ALL) !== rule);
  const always = isDated && found.problems.length > 0 ? judge(asOf(written, BEFORE_ALL)).found : found;
  const lasting = new Set(always.problems.map(placeOf));
  const ownerOf = ownersByFile(written);
  for (const problem of found.problems) {
    const owner = lasting.has(placeOf(problem)) ? undefined : ownerOf(problem);
    if (owner === undefined) notes.problems.push(problem);
    else notes.expired.push({ owner, problem });
  }
  notes.expired.push(...found.expired);
  const coming = new Map<string, Problem>();
  const told = new Set([...found.problems, ...found.expired.map(({ problem }) => problem)].map(placeOf));
  const days = [...new Set(rules.flatMap(({ lastDays }) => lastDays))].sort().slice(0, DAYS_AHEAD);
  for (const first of days.map(dayAfter)) {
    const then = judge(asOf(written, first)).found;
    for (const problem of [...then.problems, ...then.expired.map((entry) => entry.problem)])
      if (!told.has(placeOf(problem)) && !coming.has(placeOf(problem)))
        coming.set(placeOf(problem), {
          ...problem,
          why: `from ${first.toISOString().slice(0, 10)} on: ${problem.why}`,
        });
  }
  notes.warnings.push(
    ...found.warnings.filter((warning) => !coming.has(placeOf(warning))),
    ...coming.values(),
  );
  return hosts;
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
