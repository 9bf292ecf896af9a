import type { Manifest } from "../plan/manifest.ts";
import { type Evaluator, evaluator } from "./evaluate.ts";
import { withoutPort } from "./http-routes.ts";
import { anyOf, anyPathOf, isExact } from "./match.ts";
import { readObjects } from "./read.ts";
import { type Sample, samplesOf, textOf } from "./samples.ts";
import { type AskedWay, askWays } from "./ways.ts";

/** Requests, by patterns of Istio's policies; `*` for every one. */
export interface Requests {
  readonly path: string;
  readonly method: string;
  /** Of whom they are not, of the row's callers. */
  readonly except: readonly string[];
  /** That a request must have, by name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Requests of a row that are refused all the same, and of whom. */
export interface Refused extends Requests {
  /** The row's own, or fewer of them. */
  readonly principal: string;
  /** The row's own, or one that it covers. */
  readonly host: string;
}

/** What one caller may do with one port of a host. */
export interface Row {
  /** `*`: everyone in the mesh. */
  readonly namespace: string;
  /** `*`: every account of the namespace. */
  readonly account: string;
  /** What a token of an end user has to say, as JSON; absent where none is asked for. */
  readonly user?: string;
  readonly host: string;
  readonly port: number;
  /** As Istio writes the caller: `cluster.local/ns/news/sa/politics`. */
  readonly principal: string;
  /** Sorted by path. */
  readonly allowed: readonly Requests[];
  readonly refused: readonly Refused[];
  /** Whether the caller's own sidecar turns to the gateway; where not, only a workload that goes round it gets there. */
  readonly isRoutable: boolean;
}

/**
 * Reads who may call what out of manifests, whoever made them. What it says is asked of the evaluator, never of a
 * declaration.
 *
 * @param manifests planned, rendered or live; the gateways' Services among them
 * @returns rows sorted by namespace, account, host and port
 * @example
 * matrixOf(planEnvironment(environment).map(({ manifest }) => manifest));
 */
export function matrixOf(manifests: readonly Manifest[]): Row[] {
  const ask = evaluator(manifests);
  const denials = denialsIn(manifests);
  const ways = Map.groupBy(askWays(manifests, ask), ({ way, sample }) =>
    JSON.stringify([way.principal, way.host, way.port, sample.claims]),
  );
  return [...ways.values()].flatMap((alike) => rowOf(alike, denials, ask)).sort(byCaller);
}

/** What a DENY rule names, and the namespace of its gateway. */
interface Denial {
  readonly namespace: string;
  readonly sample: Sample;
}

/** The DENY rules that may be about a host; a wildcard's may be any. */
function denialsIn(manifests: readonly Manifest[]): (host: string) => readonly Denial[] {
  const all = readObjects(manifests)("AuthorizationPolicy").flatMap(({ namespace, spec }) =>
    samplesOf(spec, "DENY").map((sample): Denial => ({ namespace, sample })),
  );
  const byHost = Map.groupBy(all, ({ sample }) => withoutPort(sample.host).toLowerCase());
  const ofMany = all.filter(({ sample }) => !isExact(withoutPort(sample.host)));
  return (host) => (isExact(host) ? [...(byHost.get(host) ?? []), ...ofMany] : all);
}

function rowOf(alike: readonly AskedWay[], denials: ReturnType<typeof denialsIn>, ask: Evaluator): Row[] {
  const [first] = alike;
  if (first === undefined) return [];
  const { principal, host, port } = first.way;
  const [, namespace = "*", account = "*"] = /\/ns\/([^/]*)\/(?:sa\/)?(.*)$/.exec(principal) ?? [];
  const allowed = alike.map(({ way: { path, method }, sample: { except, headers } }) => ({
    path,
    method,
    except,
    headers,
  }));
  const user =
    Object.keys(first.sample.claims).length === 0 ? undefined : JSON.stringify(first.sample.claims);
  return [
    {
      namespace,
      account,
      ...(user === undefined ? {} : { user }),
      host,
      port,
      principal,
      allowed: allowed.sort(byPath),
      refused: refusedOf(alike, denials(host), ask).sort(byPath),
      isRoutable: alike.some(({ isRoutable }) => isRoutable),
    },
  ];
}

/** What of the ways' requests a DENY rule refuses: of each two patterns the narrower is asked. */
function refusedOf(alike: readonly AskedWay[], denials: readonly Denial[], ask: Evaluator): Refused[] {
  const refused = new Map<string, Refused>();
  for (const { way, sample, service } of alike)
    for (const { namespace, sample: denied } of denials) {
      if (service.split(".")[1] !== namespace || denied.isSni !== sample.isSni) continue;
      const principal = narrower(way.principal, denied.principal, anyOf);
      const host = narrower(way.host, withoutPort(denied.host), anyOf);
      const path = narrower(way.path, denied.path, anyPathOf);
      const method = narrower(way.method, denied.method, anyOf);
      if (principal === undefined || host === undefined || path === undefined || method === undefined)
        continue;
      const headers = { ...sample.headers, ...denied.headers };
      const name = textOf(host);
      const { answer } = ask.atGateway(service, {
        principal: textOf(principal),
        port: way.port,
        sni: sample.isSni ? name : "",
        authority: name,
        method: textOf(method),
        path: textOf(path),
        headers,
        claims: { ...sample.claims, ...denied.claims },
      });
      if (answer !== "forbidden" && answer !== "closed") continue;
      const found = { principal, host, path, method, except: denied.except, headers: denied.headers };
      refused.set(JSON.stringify(found), found);
    }
  return [...refused.values()];
}

/** The narrower of two patterns, or undefined where neither takes what the other stands for. */
function narrower(
  one: string,
  other: string,
  takes: (patterns: readonly string[]) => (text: string) => boolean,
): string | undefined {
  if (takes([one])(textOf(other))) return other;
  return takes([other])(textOf(one)) ? one : undefined;
}

function byPath(a: Requests, b: Requests): number {
  return a.path === b.path ? (a.method < b.method ? -1 : 1) : a.path < b.path ? -1 : 1;
}

function byCaller(a: Row, b: Row): number {
  const key = ({ namespace, account, host, port, user = "" }: Row) =>
    [namespace, account, host, String(port).padStart(5, "0"), user].join(" ");
  return key(a) < key(b) ? -1 : 1;
}
