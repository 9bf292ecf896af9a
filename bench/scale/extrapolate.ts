import type { Outcome, ProxyEnd } from "./outcome.ts";
import { PLACES } from "./patterns.ts";
import type { ProxySize } from "./proxies.ts";

/** An outcome and its number of hosts. */
interface Sized {
  readonly hosts: number;
  readonly outcome: Outcome;
}

/**
 * An outcome at a size that was not measured, from two that were: times by the power of the hosts with which they
 * grew, what proxies hold along a line. What was not reached in the smaller two stays so.
 */
export function extrapolate(hosts: number, small: Sized, large: Sized): Outcome {
  const share = (hosts - large.hosts) / (large.hosts - small.hosts);
  const growth = Math.log(hosts / large.hosts) / Math.log(large.hosts / small.hosts);
  const line = (a: number, b: number) => b + (b - a) * share;
  const power = (a?: number, b?: number) =>
    a === undefined || b === undefined ? undefined : b * (b / a) ** growth;
  const [a, b] = [small.outcome, large.outcome];
  const resources = line(a.resources, b.resources);
  return {
    pattern: b.pattern,
    extrapolatedFrom: [small.hosts, large.hosts],
    resources,
    written: resources,
    apply: power(a.apply, b.apply),
    gated: power(a.gated, b.gated),
    again: power(a.again, b.again),
    inSync: power(a.inSync, b.inSync),
    proxies: Object.fromEntries(
      PLACES.map((place) => [place, proxyOf(a.proxies[place], b.proxies[place], line)]),
    ) as Outcome["proxies"],
    ...(a.engine === undefined || b.engine === undefined
      ? {}
      : {
          engine: {
            resources,
            gateway: undefined,
            change: power(a.engine.change, b.engine.change),
            hosts: power(a.engine.hosts, b.engine.hosts),
            preview: power(a.engine.preview, b.engine.preview),
          },
        }),
  };
}

function proxyOf(a: ProxyEnd, b: ProxyEnd, line: (a: number, b: number) => number): ProxyEnd {
  if (a.size === undefined || b.size === undefined) return { restarts: b.restarts };
  const [from, to] = [a.size, b.size];
  const of = (key: keyof ProxySize) => line(from[key], to[key]);
  return {
    restarts: b.restarts,
    ...(a.grown === undefined || b.grown === undefined ? {} : { grown: line(a.grown, b.grown) }),
    size: { bytes: of("bytes"), clusters: of("clusters"), memoryBytes: of("memoryBytes") },
  };
}
