import {
  ApiException,
  createConfiguration,
  type KubeConfig,
  KubernetesObjectApi,
  type RequestContext,
  type ResponseContext,
  ServerConfiguration,
} from "@kubernetes/client-node";
import type { Manifest } from "../plan/manifest.ts";
import type { ClusterAccess } from "./access.ts";
import { ClusterError, connect } from "./client.ts";

/** A kind of object to list, in all namespaces or in one. */
export interface Listing {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
}

/** One object to read by its name. */
export interface Reading {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What runs in a cluster, as far as it was asked for and this user may see it. */
export interface Running {
  readonly objects: readonly Manifest[];
  /** Kinds that the cluster's API does not have. */
  readonly absent: readonly Listing[];
  /** What this user has no right to see. */
  readonly forbidden: readonly (Listing | Reading)[];
}

const PAGE = 500;
const LIMIT_MILLISECONDS = 30_000;
const FORBIDDEN = 403;
const NOT_FOUND = 404;

/**
 * Reads what runs in a cluster; writes nothing. An object that is not there is left out.
 *
 * @throws ClusterError if the cluster does not answer, or does not know this user
 */
export async function readRunning(
  access: ClusterAccess,
  listings: readonly Listing[],
  readings: readonly Reading[],
): Promise<Running> {
  const api = patient(connect(access));
  const listed = await Promise.all(
    listings.map(async (listing) => ({ listing, found: await asked(() => list(api, listing)) })),
  );
  const read = await Promise.all(
    readings.map(async (reading) => ({ reading, found: await asked(() => get(api, reading)) })),
  );
  return {
    objects: [
      ...listed.flatMap(({ found }) => (Array.isArray(found) ? found : [])),
      ...read.flatMap(({ found }) => (typeof found === "number" ? [] : [found])),
    ],
    absent: listed.filter(({ found }) => found === NOT_FOUND).map(({ listing }) => listing),
    forbidden: [
      ...listed.filter(({ found }) => found === FORBIDDEN).map(({ listing }) => listing),
      ...read.filter(({ found }) => found === FORBIDDEN).map(({ reading }) => reading),
    ],
  };
}

/** The client, with a time limit on each request. */
function patient(config: KubeConfig): KubernetesObjectApi {
  const server = config.getCurrentCluster()?.server ?? "";
  return new KubernetesObjectApi(
    createConfiguration({
      baseServer: new ServerConfiguration(server, {}),
      authMethods: { default: config },
      promiseMiddleware: [
        {
          async pre(request: RequestContext) {
            request.setSignal(AbortSignal.timeout(LIMIT_MILLISECONDS));
            return request;
          },
          post: async (response: ResponseContext) => response,
        },
      ],
    }),
  );
}

async function list(api: KubernetesObjectApi, { apiVersion, kind, namespace }: Listing): Promise<Manifest[]> {
  const objects: Manifest[] = [];
  let next: string | undefined;
  do {
    const none = undefined;
    const page = await api.list(apiVersion, kind, namespace, none, none, none, none, none, PAGE, next);
    // The entries of a list do not say what they are.
    objects.push(...page.items.map((item) => ({ ...item, apiVersion, kind }) as unknown as Manifest));
    next = page.metadata?._continue;
  } while (next !== undefined && next !== "");
  return objects;
}

async function get(
  api: KubernetesObjectApi,
  { apiVersion, kind, namespace, name }: Reading,
): Promise<Manifest> {
  return (await api.read({ apiVersion, kind, metadata: { namespace, name } })) as unknown as Manifest;
}

/** What was asked for, or that the API server has no such thing, or does not give it to this user. */
async function asked<T>(ask: () => Promise<T>): Promise<T | typeof FORBIDDEN | typeof NOT_FOUND> {
  try {
    return await ask();
  } catch (error) {
    const code = error instanceof ApiException ? error.code : undefined;
    if (code === FORBIDDEN || code === NOT_FOUND) return code;
    if (error instanceof Error && error.message.startsWith("Unrecognized API version and kind"))
      return NOT_FOUND;
    if (code === 401)
      throw new ClusterError("the cluster does not know this user", "renew the kubeconfig's credentials", {
        cause: error,
      });
    throw new ClusterError(
      `the cluster can't be asked: ${innermost(error)}`,
      "look that the context's cluster runs and can be reached from here",
      { cause: error },
    );
  }
}

/** `fetch failed` says nothing; what it was caused by does. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return innermost(error.cause);
  return error.message !== "" || !("code" in error) ? error.message : String(error.code);
}
