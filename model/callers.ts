import type { Caller } from "./environment.ts";

/** `news/politics` for an account, `news/*` for a whole namespace. */
export function formatCaller(caller: Caller): string {
  return `${caller.namespace}/${caller.account ?? "*"}`;
}

/** The callers sorted, each once; an account whose whole namespace may call needs no entry of its own. */
export function distinctCallers(callers: readonly Caller[]): Caller[] {
  const whole = new Set(
    callers.filter((caller) => caller.account === undefined).map((caller) => caller.namespace),
  );
  const byName = new Map<string, Caller>();
  for (const caller of callers)
    if (caller.account === undefined || !whole.has(caller.namespace))
      byName.set(formatCaller(caller), caller);
  return [...byName].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, caller]) => caller);
}
