import { isFields, type Json } from "../../plan/manifest.ts";
import type { Objects } from "../manifests/read.ts";
import type { AccessLogger } from "../manifests/specs.ts";
import { type Fact, type Protection, podsOf } from "./fact.ts";

/** What is logged and counted of calls, and whose calls are not. */
export function loggingFacts(objects: Objects): Protection {
  const facts = objects("EnvoyFilter").flatMap(({ key, namespace, spec }) => {
    const pods = podsOf(namespace, spec.workloadSelector?.labels);
    return (spec.configPatches ?? []).flatMap(({ match, patch }) => {
      const isGateway = match?.context === "GATEWAY";
      const who = isGateway ? pods : `the sidecars of ${namespace}`;
      const subject = isGateway ? `gateway ${pods}` : `caller ${namespace}`;
      const filter = match?.listener?.filterChain?.filter?.name ?? "";
      const calls = filter.endsWith("http_connection_manager") ? "requests" : "connections";
      return (patch?.value?.typed_config?.access_log ?? []).flatMap((logger): Fact[] => [
        ...recordsOf(logger).map((records): Fact => {
          const says = `${records} of ${calls}, by ${who}`;
          return { family: "monitoring", kind: "guard", key: says, subject, says, object: key };
        }),
        ...secretsIn(logger).map((secret): Fact => {
          const says = `${secret} of ${calls} are in the log, by ${who}`;
          return { family: "monitoring", kind: "opening", key: says, subject, says, object: key };
        }),
        ...exemptionsIn(logger.filter).map((exempt): Fact => {
          const says = `nothing of ${exempt} is told by ${who}`;
          return { family: "monitoring", kind: "opening", key: says, says, object: key };
        }),
      ]);
    });
  });
  const telemetry = objects("Telemetry").flatMap(({ key, namespace, spec }) =>
    (spec.accessLogging ?? [])
      .filter(({ disabled }) => disabled !== true)
      .flatMap(({ providers = [{ name: "the mesh's own provider" }] }) =>
        providers.map(({ name }): Fact => {
          const says = `workloads of ${namespace} log to ${name}`;
          return { family: "monitoring", kind: "guard", key: `${key} ${name}`, says, object: key };
        }),
      ),
  );
  return { facts: [...facts, ...telemetry], subjects: callers(objects) };
}

/** The namespaces for whose sidecars something is there. */
function callers(objects: Objects): Set<string> {
  const exported = (["VirtualService", "ServiceEntry", "DestinationRule"] as const).flatMap((kind) =>
    objects(kind).flatMap(({ spec }) => spec.exportTo ?? []),
  );
  return new Set(exported.map((namespace) => `caller ${namespace}`));
}

/** `a log at level info to /dev/stdout`, `the counter requests`. */
function recordsOf({ name, typed_config: config = {} }: AccessLogger): string[] {
  if (name === "envoy.access_loggers.stats")
    return namesIn(config.counters).map((counter) => `the counter ${counter}`);
  if (name === "envoy.access_loggers.file") {
    const format = isFields(config.log_format) ? config.log_format.json_format : undefined;
    const level = isFields(format) && format.level !== undefined ? ` at level ${String(format.level)}` : "";
    return [`a log${level} to ${String(config.path)}`];
  }
  return [`a log by ${name}`];
}

/** What of requests could be a secret, and is written down: query strings, and headers as they are. */
function secretsIn({ typed_config }: AccessLogger): string[] {
  const text = JSON.stringify(typed_config ?? {});
  const headers = [...text.matchAll(/"header\.([\w-]+)"[^%]*%REQ\(/g)].map(
    ([, name]) => `the headers ${name}`,
  );
  return [...(text.includes("%PATH(WQ") ? ["the query strings"] : []), ...headers];
}

function namesIn(counters: Json | undefined): string[] {
  if (!Array.isArray(counters)) return [];
  return (counters as readonly Json[]).flatMap((counter) =>
    isFields(counter) && isFields(counter.stat) ? [String(counter.stat.name)] : [],
  );
}

/**
 * What a logger's filter leaves out by callers' names: each part of a `!(… || …)` in CEL, as plan/telemetry/exemptions.ts
 * writes it; test/access/exemptions.test.ts holds the two together.
 */
function exemptionsIn(filter: Json | undefined): string[] {
  return expressionsIn(filter).flatMap((expression) => {
    const [, excluded] = /^(?:!has\([^)]*\) \|\| )?!\((.*)\)$/.exec(expression) ?? [];
    if (excluded === undefined || !/spiffe:|node\.metadata|^true$|\(true\)/.test(excluded)) return [];
    return partsOf(excluded).map(inWords);
  });
}

function expressionsIn(value: Json | undefined): string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(expressionsIn);
  if (!isFields(value)) return [];
  const own = typeof value.expression === "string" ? [value.expression] : [];
  return [...own, ...Object.values(value).flatMap(expressionsIn)];
}

/** The parts of `… || …` that stand in no brackets of their own. */
function partsOf(expression: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let index = 0; index < expression.length; index++) {
    const letter = expression[index];
    if (letter === "(") depth += 1;
    if (letter === ")") depth -= 1;
    if (depth > 0 || !expression.startsWith(" || ", index)) continue;
    parts.push(expression.slice(start, index));
    start = index + " || ".length;
  }
  return [...parts, expression.slice(start)];
}

/** `news/politics to edition.cnn.com`, as far as the expression is one that can be told so. */
function inWords(expression: string): string {
  if (expression === "true") return "every call";
  const [, excepted = ""] = / && !\((.*?)\) && /.exec(expression) ?? [];
  const callers = expression.includes(" && (true) && ")
    ? ["everyone"]
    : callersIn(expression.replace(excepted, ""));
  const host = /(?:server_name == |endsWith\(|matches\(|route_name == )'([^']*)'/.exec(expression)?.[1];
  if (callers.length === 0) return sidecarOf(expression) ?? `calls where ${expression}`;
  const but = excepted === "" ? "" : ` but ${callersIn(excepted).join(", ")}`;
  const name = host
    ?.replace(/^\(\?i\)\^|\(:\d+\)\?\$$/g, "")
    .replaceAll("[.]", ".")
    .replace(".+", "*")
    .replace(/^\./, "*.");
  return `${callers.join(", ")}${but}${name === undefined ? "" : ` to ${name}`}`;
}

function callersIn(expression: string): string[] {
  return [...expression.matchAll(/spiffe:\/\/[^/']*\/ns\/([^/']*)\/sa\/([^']*)'/g)].map(
    ([, namespace, account]) => `${namespace}/${account || "*"}`,
  );
}

/** A sidecar's own account, in the words of its own expression. */
function sidecarOf(expression: string): string | undefined {
  const [, namespace] = /\['NAMESPACE'\] == '([^']*)'/.exec(expression) ?? [];
  const [, account = "*"] = /\['SERVICE_ACCOUNT'\] == '([^']*)'/.exec(expression) ?? [];
  return namespace === undefined ? undefined : `${namespace}/${account}`;
}
