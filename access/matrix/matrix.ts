import { isManaged } from "../../plan/labels.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { type Evaluator, evaluator } from "../evaluate/evaluate.ts";
import { anyOf, isExact } from "../evaluate/match.ts";
import type { MeshSettings } from "../manifests/mesh.ts";
import { inWords, type Unjudged, unjudged } from "../manifests/unjudged.ts";
import type { Entrance } from "./entrances.ts";
import { meeting, withSingleValues } from "./refusals.ts";
import type { Conditions, Except, Sample } from "./samples.ts";
import { type AskedWay, askGateway, askWays, entrancesOf } from "./ways.ts";

/** Requests, by patterns of Istio's policies; `*` for every one. */
export interface Requests {
  readonly path: string;
  readonly method: string;
  /** Which they are not, of the row's and of these patterns. */
  readonly except: Except;
  /** What a request must have, by name; one of the values. */
  readonly headers: Conditions;
}

/** Requests of a row that are refused all the same, and of whom. */
export interface Refused extends Requests {
  /** The row's own, or fewer of them. */
  readonly principal: string;
  /** The row's own, or one that it covers. */
  readonly host: string;
  /** What a token has to say for the refusal, by claim; absent where it takes none. */
  readonly user?: Conditions;
}

/** What one caller may do with one port of a host. */
export interface Row {
  /** `*`: everyone in the mesh. */
  readonly namespace: string;
  /** `*`: every account of the namespace. */
  readonly account: string;
  /** What a token of an end user has to say, by claim; absent where none is asked for. */
  readonly user?: Conditions;
  readonly host: string;
  readonly port: number;
  /** The gateway's Service, `namespace/name`. */
  readonly gateway: string;
  /** As Istio writes the caller: `cluster.local/ns/news/sa/politics`. */
  readonly principal: string;
  /** Sorted by path. */
  readonly allowed: readonly Requests[];
  readonly refused: readonly Refused[];
  /** Whether the caller's own sidecar turns to the gateway; where not, only a workload that goes round it gets there. */
  readonly isRoutable: boolean;
  /** Whether it rests on objects that others made: without these there is no such row. */
  readonly isForeign: boolean;
  /** What is not judged and could change it. */
  readonly unsure: readonly string[];
}

/** Who may call what, and what of that is not told. */
export interface Matrix {
  /** Sorted by namespace, account, host, port and gateway. */
  readonly rows: readonly Row[];
  /**
   * What the rows do not tell of: objects of kinds, versions and forms that are not known, code and filters of others,
   * and what a policy or a gateway has that is not judged. Each object with the reason, once.
   */
  readonly gaps: readonly Unjudged[];
}

/**
 * Reads who may call what out of manifests, whoever made them. What it says is asked of the evaluator, never of a
 * declaration.
 *
 * @param manifests planned, rendered or live; the gateways' Services among them
 * @param mesh what MeshConfig says, where it differs from Istio's defaults
 * @example
 * readMatrix(planEnvironment(environment).map(({ manifest }) => manifest)).rows;
 */
export function readMatrix(manifests: readonly Manifest[], mesh: Partial<MeshSettings> = {}): Matrix {
  const ask = evaluator(manifests, mesh);
  const entrances = entrancesOf(ask);
  const gaps = [...unjudged(manifests), ...entrances.flatMap((entrance) => entrance.unjudged)];
  return {
    rows: withForeign(rowsOf(ask, entrances), manifests, mesh),
    gaps: [...new Map(gaps.map((gap) => [inWords(gap), gap])).values()],
  };
}

/** The rows of {@link readMatrix} alone. */
export function matrixOf(manifests: readonly Manifest[], mesh: Partial<MeshSettings> = {}): readonly Row[] {
  return readMatrix(manifests, mesh).rows;
}

/** The rows, those marked that would not be there, or not so, by our own objects alone. */
function withForeign(rows: Row[], manifests: readonly Manifest[], mesh: Partial<MeshSettings>): Row[] {
  const own = manifests.filter(({ metadata }) => isManaged(metadata));
  if (own.length === manifests.length) return rows;
  const ask = evaluator(own, mesh);
  const known = new Set(rowsOf(ask, entrancesOf(ask)).map(saidOf));
  return rows.map((row) => (known.has(saidOf(row)) ? row : { ...row, isForeign: true }));
}

/** All that a row says of access. */
function saidOf({ unsure: _, ...row }: Row): string {
  return JSON.stringify(row);
}

function rowsOf(ask: Evaluator, entrances: readonly Entrance[]): Row[] {
  return entrances
    .flatMap((entrance) => {
      const ways = Map.groupBy(askWays(ask, [entrance]), ({ way, sample }) =>
        JSON.stringify([way.principal, way.host, way.port, sample.claims]),
      );
      return [...ways.values()].flatMap((alike) =>
        alike
          .slice(0, 1)
          .map((first) => rowOf(first, alike, refusalsOf(alike, entrance.denials(first.way.host), ask))),
      );
    })
    .map((row) => ({ key: placeOf(row), row }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

function rowOf(first: AskedWay, alike: readonly AskedWay[], { refused, untold }: Refusals): Row {
  const { principal, host, port } = first.way;
  const [, namespace = "*", account = "*"] = /\/ns\/([^/]*)(?:\/(?:sa\/)?(.*))?$/.exec(principal) ?? [];
  const allowed = alike.map(({ way: { path, method }, sample: { except, headers } }) => ({
    path,
    method,
    except,
    headers,
  }));
  const { claims } = first.sample;
  return {
    namespace,
    account,
    ...(Object.keys(claims).length === 0 ? {} : { user: claims }),
    host,
    port,
    gateway: first.entrance.gateway,
    principal,
    allowed: allowed.toSorted(byPath),
    refused: refused.toSorted(byPath),
    isRoutable: alike.some(({ isRoutable }) => isRoutable),
    isForeign: false,
    unsure: [...new Set([...alike.flatMap(({ unsure }) => unsure), ...untold])],
  };
}

interface Refusals {
  readonly refused: readonly Refused[];
  /** Why more may be refused. */
  readonly untold: readonly string[];
}

/** What of the ways' requests a DENY rule refuses: of what each two have in common a request is asked. */
function refusalsOf(alike: readonly AskedWay[], denials: readonly Sample[], ask: Evaluator): Refusals {
  const refused = new Map<string, Refused>();
  const untold = new Set<string>();
  for (const { way, sample, entrance } of alike)
    for (const denied of denials) {
      const met = meeting(sample, denied);
      if (met === undefined) continue;
      for (const why of denied.untold) untold.add(why);
      const isRefused = withSingleValues(met.sample).some((one) => {
        const { answer } = askGateway(ask, entrance, one, way.port);
        return answer === "forbidden" || answer === "closed";
      });
      if (!isRefused) continue;
      const { principal, host, path, method } = met.patterns;
      const user = Object.keys(denied.claims).length === 0 ? {} : { user: denied.claims };
      const found: Refused = {
        principal,
        host,
        path,
        method: method === "CONNECT" ? "*" : method,
        except: denied.except,
        headers: denied.headers,
        ...user,
      };
      refused.set(JSON.stringify(found), found);
    }
  return { refused: widest([...refused.values()]), untold: [...untold] };
}

/** Of refusals that are alike but for their hosts, those whose host is not under another's. */
function widest(refused: readonly Refused[]): Refused[] {
  const wildcards = Map.groupBy(
    refused.filter(({ host }) => !isExact(host)),
    apartFromHost,
  );
  return refused.filter((one) => {
    const wider = wildcards.get(apartFromHost(one)) ?? [];
    return !wider.some(({ host }) => host !== one.host && anyOf([host])(one.host));
  });
}

function apartFromHost({ host: _, ...rest }: Refused): string {
  return JSON.stringify(rest);
}

function byPath(a: Requests, b: Requests): number {
  return a.path === b.path ? (a.method < b.method ? -1 : 1) : a.path < b.path ? -1 : 1;
}

function placeOf({ namespace, account, host, port, gateway, user = {} }: Row): string {
  return [namespace, account, host, String(port).padStart(5, "0"), gateway, JSON.stringify(user)].join(" ");
}
