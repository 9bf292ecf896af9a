import type { Authorizer, DeclaredHost } from "../model/environment.ts";
import type { Manifest } from "../plan/manifest.ts";
import { atHosts, atPart, type Finding } from "./finding.ts";
import { meshConfigText } from "./mesh-config.ts";
import type { Situation } from "./situation.ts";

/** What access takes that is not ours to write: authorizers, and in MeshConfig paths that can be compared. */
export function findAccessFaults(situation: Situation): Finding[] {
  const { environment, running } = situation;
  const { authorizers = [] } = environment;
  const missing = authorizers.flatMap((authorizer) => serviceFault(situation, authorizer));
  // That it could not be read is told elsewhere.
  if (meshConfigText(environment.mesh, running) === undefined) return missing;
  return [
    ...missing,
    ...authorizers.flatMap((authorizer) => authorizerFault(situation, authorizer)),
    ...pathFault(situation),
  ];
}

/** Where istiod finds no Service, it refuses whatever the authorizer was to be asked about. */
function serviceFault(situation: Situation, { name, service }: Authorizer): Finding[] {
  const { objects, forbidden } = situation.running;
  const [own, namespace] = service.split(".");
  const isIt = ({ kind, metadata }: Manifest) =>
    kind === "Service" && metadata.name === own && metadata.namespace === namespace;
  if (forbidden.some(({ kind }) => kind === "Service") || objects.some(isIt)) return [];
  return [
    atAuthorizer(
      situation,
      name,
      `there is no Service ${namespace}/${own}: requests to its hosts are refused with 403`,
      "deploy the authorizer first, or write its service",
    ),
  ];
}

function atAuthorizer(situation: Situation, name: string, why: string, fix: string): Finding {
  return atPart(situation, "problem", ["authorizers"], `authorizers ${name}`, why, fix);
}

const TYPES = { grpc: "envoyExtAuthzGrpc", http: "envoyExtAuthzHttp" } as const;

/** What is read of a provider. */
interface Provider {
  readonly service?: string;
  readonly port?: number;
  readonly timeout?: string;
  readonly failOpen?: boolean;
}

function authorizerFault(situation: Situation, authorizer: Authorizer): Finding[] {
  const { name, service, port, protocol, timeout } = authorizer;
  const type = TYPES[protocol];
  const providers = situation.meshConfig.extensionProviders ?? [];
  const why = providerFault(providers.find((provider) => provider.name === name)?.[type], authorizer, type);
  if (why === undefined) return [];
  return [
    atAuthorizer(
      situation,
      name,
      `in the mesh's extensionProviders, ${why}`,
      `write there: - { name: ${name}, ${type}: { service: ${service}, port: ${port}, timeout: ${timeout}, failOpen: false } }`,
    ),
  ];
}

function providerFault(found: unknown, authorizer: Authorizer, type: string): string | undefined {
  const { name, service, port, timeout } = authorizer;
  if (typeof found !== "object" || found === null)
    return `there is no ${type} of the name ${name}: requests to its hosts are refused`;
  const provider = found as Provider;
  if (provider.failOpen) return `${name} has failOpen: what it can't be asked about is let through`;
  if (provider.service?.replace(/^[^/]*\//, "") !== service || provider.port !== port)
    return `${name} is ${provider.service}:${provider.port}, not ${service}:${port}`;
  return provider.timeout === timeout
    ? undefined
    : `${name} has timeout ${provider.timeout ?? "600s by default"}, not ${timeout}`;
}

/** Normalizations in which the path that is compared is the path that most servers take. */
const NORMALIZATIONS = ["MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"];

function pathFault({ meshConfig, declared }: Situation): Finding[] {
  const { normalization = "DEFAULT" } = meshConfig.pathNormalization ?? {};
  if (NORMALIZATIONS.includes(normalization)) return [];
  return atHosts(
    "problem",
    declared.filter(looksAtPaths),
    `its rules look at paths, and the mesh has pathNormalization ${normalization}: //politics is not /politics to them, and may be to the host`,
    `write in MeshConfig: pathNormalization: { normalization: ${NORMALIZATIONS[0]} }`,
  );
}

function looksAtPaths({ allow, deny }: DeclaredHost): boolean {
  return [...allow, ...deny].some(({ paths }) => paths.length > 0);
}
