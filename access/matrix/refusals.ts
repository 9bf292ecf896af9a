import { anyOf, anyPathOf, isExact, type Matcher, narrower } from "../evaluate/match.ts";
import type { Read } from "../manifests/read.ts";
import type { AuthorizationPolicy } from "../manifests/specs.ts";
import { jointText } from "./joint.ts";
import { type Conditions, nameOf, type Sample, samplesOf, type Target, textOf, userOf } from "./samples.ts";

/** What the DENY rules of a gateway name that may be about a host; a wildcard's may be any. */
export type Denials = (host: string) => readonly Sample[];

/** Reads the DENY rules of some policies. @param targets what their gateway takes */
export function denialsOf(
  policies: readonly Read<AuthorizationPolicy>[],
  targets: readonly Target[],
): Denials {
  const all = policies
    .filter(({ spec }) => spec.action === "DENY")
    .flatMap((policy) => samplesOf(policy, targets));
  const byHost = Map.groupBy(all, ({ host }) => nameOf(host).toLowerCase());
  const ofMany = all.filter(({ host }) => !isExact(nameOf(host)));
  return (host) => (isExact(host) ? [...(byHost.get(host) ?? []), ...ofMany] : all);
}

/** What of a sample's requests a denial may be about. */
export interface Met {
  /** Of each two patterns the narrower; of two that overlap in part the denial's own. */
  readonly patterns: Pick<Sample, "principal" | "host" | "path" | "method">;
  /** Such a request. */
  readonly sample: Sample;
}

/** What a sample and a denial have in common; undefined where that is nothing. */
export function meeting(sample: Sample, denied: Sample): Met | undefined {
  if (denied.isSni !== sample.isSni || denied.listener !== sample.listener) return undefined;
  const principal = common(sample.principal, denied.principal, anyOf);
  const host = common(nameOf(sample.host), nameOf(denied.host), anyOf);
  const path = common(sample.path, denied.path, anyPathOf);
  const method = common(sample.method, denied.method, anyOf);
  const headers = withBoth(sample.headers, denied.headers);
  if (!principal || !host || !path || !method || !headers) return undefined;
  const patterns = { principal, host, path, method };
  return {
    patterns: {
      principal: principal.pattern,
      host: host.pattern,
      path: path.pattern,
      method: method.pattern,
    },
    sample: {
      ...sample,
      principal: patterns.principal.text,
      host: host.text,
      path: path.text,
      method: method.text,
      headers,
      // A claim may be a list, and have both.
      claims: { ...sample.claims, ...denied.claims },
    },
  };
}

/** The patterns' common part, and a pattern of a text in it. */
function common(
  own: string,
  denied: string,
  takes: (patterns: readonly string[]) => Matcher,
): { readonly pattern: string; readonly text: string } | undefined {
  const narrow = narrower(own, denied, takes, textOf);
  if (narrow !== undefined) return { pattern: narrow, text: narrow };
  const text = jointText(own, denied);
  return text === undefined ? undefined : { pattern: denied, text };
}

/** Conditions that meet two; undefined where no request can. */
function withBoth(own: Conditions, denied: Conditions): Conditions | undefined {
  const shared = Object.entries(own).flatMap(([name, values]) => {
    const others = denied[name];
    if (others === undefined) return [];
    const [text] = values.flatMap((value) => others.flatMap((other) => jointText(value, other) ?? []));
    return [[name, text] as const];
  });
  const joint: [string, readonly string[]][] = [];
  for (const [name, text] of shared) {
    if (text === undefined) return undefined;
    joint.push([name, [text]]);
  }
  return { ...own, ...denied, ...Object.fromEntries(joint) };
}

/** The sample's requests that denials leave out of what they refuse: for each mix of what these leave out one. */
export function narrowedToExcepts(sample: Sample, denials: readonly Sample[]): Sample[] {
  const excepts = [...new Set(denials.map(({ except }) => except))];
  const texts = (name: "principal" | "host" | "path" | "method", excepted: readonly string[]) =>
    [sample[name], ...new Set(excepted.flatMap((pattern) => jointText(sample[name], pattern) ?? []))].map(
      (text): Partial<Sample> => ({ [name]: text }),
    );
  const headers = [
    ...singly(sample.headers),
    ...excepts.flatMap((except) => each(except.headers).map((one) => ({ ...sample.headers, ...one }))),
  ];
  const users = excepts.flatMap((except) => except.users).map(userOf);
  const claims = [
    ...singly(sample.claims),
    ...users.map(({ issuer, subject }) => ({ ...sample.claims, iss: [issuer], sub: [subject] })),
    ...excepts.flatMap((except) =>
      each(except.claims).map((one) => ({ iss: ["*"], ...sample.claims, ...one })),
    ),
  ];
  const axes: readonly (readonly Partial<Sample>[])[] = [
    texts(
      "principal",
      excepts.flatMap((except) => except.principals),
    ),
    texts(
      "host",
      excepts.flatMap((except) => except.hosts.map(nameOf)),
    ),
    texts(
      "path",
      excepts.flatMap((except) => except.paths),
    ),
    texts(
      "method",
      excepts.flatMap((except) => except.methods),
    ),
    headers.map((one) => ({ headers: one })),
    claims.map((one) => ({ claims: one })),
  ];
  return axes.reduce<Sample[]>(
    (mixes, axis) => mixes.flatMap((mix) => axis.map((part) => ({ ...mix, ...part }))),
    [sample],
  );
}

/** Requests of a sample that differ in the values of its conditions, as a denial may leave out some of them. */
export function withSingleValues(sample: Sample): Sample[] {
  return singly(sample.headers).flatMap((headers) =>
    singly(sample.claims).map((claims) => ({ ...sample, headers, claims })),
  );
}

/** The conditions with one value each, in every mix. */
function singly(conditions: Conditions): Conditions[] {
  return Object.entries(conditions).reduce<Conditions[]>(
    (known, [name, values]) => known.flatMap((one) => values.map((value) => ({ ...one, [name]: [value] }))),
    [{}],
  );
}

/** Each value of conditions by itself. */
function each(conditions: Conditions): Conditions[] {
  return Object.entries(conditions).flatMap(([name, values]) => values.map((value) => ({ [name]: [value] })));
}
