import type { Running } from "../../cluster/running.ts";
import type { Problem } from "../../model/problem.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { judge } from "../../preflight/preflight.ts";
import { loadTexts } from "../model/memory-files.ts";

/** The day of every test. */
export const NOW = new Date("2026-11-21T12:00:00Z");

const HOSTS = `owner: news
hosts:
  - { host: edition.cnn.com, tls: none, allow: [{ from: { namespace: news } }] }
  - { host: en.wikipedia.org, tls: passthrough, allow: [{ from: { namespace: news } }, { from: { namespace: shop } }] }
  - { host: "*.example.com", tls: passthrough, allow: [{ from: { namespace: shop } }] }
`;

/** An environment of three hosts, on lines 7 to 9, and two namespaces. */
export const ENVIRONMENT = `environment: dev
mesh: {}
gateways:
  - { name: egress, namespace: egress }
${HOSTS}`;

/** The same with more parts between the gateway and its hosts. */
export function environmentWith(parts: string, hosts = HOSTS, mesh = "{}"): string {
  return `environment: dev\nmesh: ${mesh}\ngateways:\n  - { name: egress, namespace: egress }\n${parts}\n${hosts}`;
}

/** An object as a cluster has it. */
export function object(
  kind: string,
  path: string,
  fields: { readonly [field: string]: Json } = {},
): Manifest {
  const [namespace = "", name = ""] = path.split("/");
  const { labels, ...rest } = fields;
  return {
    apiVersion: "any",
    kind,
    metadata: {
      name,
      ...(namespace === "" ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels: labels as Record<string, string> }),
    },
    ...rest,
  };
}

/** A namespace with injection, unless told otherwise. */
export function namespace(name: string, labels: Record<string, string> = { "istio-injection": "enabled" }) {
  return object("Namespace", `/${name}`, { labels });
}

/** An istiod with these settings. */
export function istiod(
  env: Record<string, string>,
  revision = "default",
  image = "registry.example.com/pilot:1.31.0",
): Manifest {
  const list = Object.entries(env).map(([name, value]) => ({ name, value }));
  return object("Deployment", `istio-system/istiod-${revision}`, {
    labels: { app: "istiod", "istio.io/rev": revision },
    spec: { template: { spec: { containers: [{ name: "discovery", image, env: list }] } } },
  });
}

export function meshConfig(text: string, name = "istio"): Manifest {
  return object("ConfigMap", `istio-system/${name}`, { data: { mesh: text } });
}

export const SETTINGS = {
  PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "true",
  PILOT_FILTER_GATEWAY_CLUSTER_CONFIG: "true",
};

/** A cluster in which nothing is amiss. */
export const SOUND = [
  namespace("news"),
  namespace("shop"),
  istiod(SETTINGS),
  meshConfig("{}"),
] as const satisfies readonly Manifest[];

/** What is found where these objects run too, beside a sound cluster or the given one; each finding in one line. */
export function found(
  objects: readonly Manifest[],
  text = ENVIRONMENT,
  base: readonly Manifest[] = SOUND,
  gaps: Partial<Running> = {},
): { problems: string[]; warnings: string[] } {
  const loaded = loadTexts({ "env.yaml": text });
  if (loaded.environment === undefined) throw new Error(loaded.problems.map(line).join("\n"));
  const { problems, warnings } = judge(
    { ...loaded, environment: loaded.environment },
    { objects: [...base, ...objects], absent: [], forbidden: [], ...gaps },
    NOW,
  );
  return { problems: problems.map(line), warnings: warnings.map(line) };
}

function line({ line, column, path, why }: Problem): string {
  return `${line}:${column} ${path}: ${why}`;
}

/** Nothing found. */
export const NOTHING = { problems: [], warnings: [] };
