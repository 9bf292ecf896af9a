import type { KubeConfig } from "@kubernetes/client-node";
import { groupOf, type Manifest } from "../plan/manifest.ts";
import { ApiError, callApi } from "./api.ts";
import { ClusterError } from "./client.ts";

/** A kind of object that the API server has. */
interface ServedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Resource extends ServedKind {
  /** Where its objects of all namespaces are. */
  readonly path: string;
  /** As a role names it: `virtualservices.networking.istio.io`. */
  readonly name: string;
}

const PAGE = 500;
const FORBIDDEN = 403;

/**
 * Reads all objects of the kinds that are wanted, of all namespaces, each kind in the version that the API server
 * prefers; writes nothing.
 *
 * @param isWantedGroup tells of an API group, empty for Kubernetes' own, whether any of its kinds may be
 * @throws ClusterError if one of the kinds can't be read: half of what is there would tell a wrong story
 */
export async function readInventory(
  config: KubeConfig,
  isWantedGroup: (group: string) => boolean,
  isWanted: (kind: ServedKind) => boolean,
): Promise<Manifest[]> {
  const versions = (await servedVersions(config)).filter((version) => isWantedGroup(groupOf(version)));
  const served = (await Promise.all(versions.map((version) => resourcesOf(config, version)))).flat();
  // A kind is in several versions; the preferred one comes first.
  const kinds = new Map<string, Resource>();
  for (const resource of served)
    if (isWanted(resource) && !kinds.has(resource.name)) kinds.set(resource.name, resource);
  const lists = await Promise.all(
    [...kinds.values()].map(async (resource) => ({ resource, found: await listed(config, resource) })),
  );
  const hidden = lists.filter(({ found }) => found === "forbidden").map(({ resource }) => resource.name);
  if (hidden.length > 0)
    throw new ClusterError(
      `this user may not list ${hidden.join(", ")} in all namespaces`,
      "get a ClusterRole with the verb list on them, or ask with a user who has one",
    );
  return lists.flatMap(({ found }) => (found === "forbidden" ? [] : found));
}

/** Such as `v1` and `apps/v1`; of each group the preferred version first. */
async function servedVersions(config: KubeConfig): Promise<string[]> {
  const { groups } = (await asked(config, "/apis")) as {
    groups: { preferredVersion: { groupVersion: string }; versions: { groupVersion: string }[] }[];
  };
  return [
    "v1",
    ...groups.flatMap(({ preferredVersion, versions }) => [
      ...new Set([preferredVersion, ...versions].map(({ groupVersion }) => groupVersion)),
    ]),
  ];
}

async function resourcesOf(config: KubeConfig, apiVersion: string): Promise<Resource[]> {
  const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = (await asked(config, path)) as {
    resources: { name: string; kind: string; verbs: string[] }[];
  };
  const group = groupOf(apiVersion);
  return resources
    .filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list"))
    .map(({ name, kind }) => ({
      apiVersion,
      kind,
      path: `${path}/${name}`,
      name: group === "" ? name : `${name}.${group}`,
    }));
}

async function listed(config: KubeConfig, resource: Resource): Promise<Manifest[] | "forbidden"> {
  const { apiVersion, kind, path, name } = resource;
  const objects: Manifest[] = [];
  let next = "";
  try {
    do {
      const query = { limit: String(PAGE), ...(next === "" ? {} : { continue: next }) };
      const page = (await callApi(config, { method: "GET", path, query })) as {
        items: Manifest[] | null;
        metadata?: { continue?: string };
      };
      // The entries of a list do not say what they are.
      objects.push(...(page.items ?? []).map((item) => ({ ...item, apiVersion, kind })));
      next = page.metadata?.continue ?? "";
    } while (next !== "");
  } catch (error) {
    if (error instanceof ApiError && error.code === FORBIDDEN) return "forbidden";
    throw refused(`${name} can't be listed`, error);
  }
  return objects;
}

async function asked(config: KubeConfig, path: string): Promise<unknown> {
  try {
    return await callApi(config, { method: "GET", path });
  } catch (error) {
    throw refused(`the API server does not tell what it has (${path})`, error);
  }
}

function refused(what: string, error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  return new ClusterError(`${what}: ${error.message}`, "see that kubectl can list it with the same context", {
    cause: error,
  });
}
