import type { Caller } from "../environment.ts";

/** Callers with exceptions, as a rule has them. */
export interface CallerSet {
  readonly from: readonly Caller[];
  readonly except: readonly Caller[];
}

/** `news/politics` for an account, `news/*` for a whole namespace. */
export function formatCaller(caller: Caller): string {
  return `${caller.namespace}/${caller.account ?? "*"}`;
}

/** Whether one caller is, or is among, what another stands for. */
export function isWithin(caller: Caller, wider: Caller): boolean {
  if (wider.namespace === "*") return true;
  return (
    caller.namespace === wider.namespace && (wider.account === undefined || wider.account === caller.account)
  );
}

/** Whether two callers have an account in common. */
export function callersMeet(a: Caller, b: Caller): boolean {
  return isWithin(a, b) || isWithin(b, a);
}

/** Whether a caller has an account in common with any of these; for many callers, each is found by its name. */
export function meetingAny(callers: readonly Caller[]): (caller: Caller) => boolean {
  const names = new Set(callers.map(formatCaller));
  const namespaces = new Set(callers.map(({ namespace }) => namespace));
  return (caller) => {
    const { namespace, account } = caller;
    if (namespace === "*" || namespaces.has("*")) return callers.length > 0;
    if (account === undefined) return namespaces.has(namespace);
    return names.has(formatCaller(caller)) || names.has(formatCaller({ namespace }));
  };
}

/** The callers sorted, each once; an account whose whole namespace may call needs no entry of its own. */
export function distinctCallers(callers: readonly Caller[]): Caller[] {
  if (callers.length < 2) return [...callers];
  const whole = new Set(
    callers.filter((caller) => caller.account === undefined).map((caller) => caller.namespace),
  );
  if (whole.has("*")) return [{ namespace: "*" }];
  const byName = new Map<string, Caller>();
  for (const caller of callers)
    if (caller.account === undefined || !whole.has(caller.namespace))
      byName.set(formatCaller(caller), caller);
  return [...byName].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, caller]) => caller);
}

/** Whom callers with exceptions are: who is left out as a whole is gone, and what is left of the rest stands in `except`. */
export function remaining({ from, except }: CallerSet): CallerSet {
  if (except.length === 0) return { from, except };
  const left = from.filter((caller) => !except.some((excepted) => isWithin(caller, excepted)));
  const wide = left.filter(({ account }) => account === undefined);
  return {
    from: left,
    except: except.filter((excepted) => wide.some((caller) => isWithin(excepted, caller))),
  };
}

/** Everyone who may call some of a host: whose namespaces need the way to the gateway. */
export function callersOf({ allow }: { readonly allow: readonly CallerSet[] }): Caller[] {
  return distinctCallers(allow.flatMap((rule) => remaining(rule).from));
}

/** Their namespaces, sorted; `*` alone where everyone may call. */
export function namespacesOf(hosts: readonly { readonly allow: readonly CallerSet[] }[]): string[] {
  const names = new Set<string>();
  for (const { allow } of hosts)
    for (const rule of allow) for (const { namespace } of remaining(rule).from) names.add(namespace);
  return names.has("*") ? ["*"] : [...names].sort();
}
