import ipaddr from "ipaddr.js";
import { formatCaller } from "../model/callers.ts";
import type { DeclaredHost, Environment, Gateway, Mode } from "../model/environment.ts";
import { isWildcard, settingsOf } from "../model/host-settings.ts";
import { isSingleAddress } from "../model/network.ts";
import { formOf } from "../model/paths.ts";
import { HTTP_PORT } from "../model/ports.ts";
import type { Position } from "../model/problem.ts";
import type { Protocol } from "../model/protocols.ts";
import type { Path } from "../model/source.ts";
import type { Json } from "../plan/manifest.ts";
import type { Call } from "./call.ts";
import { hostsOf } from "./hosts.ts";
import type { Declaration } from "./places.ts";

/** One more entry in a list of a file. */
export interface Addition {
  /** Where the list is, or what it belongs to. */
  readonly at: Position;
  readonly path: Path;
  readonly entry: Json;
  /** What it opens beside, in words. */
  readonly also?: string;
}

/** Why nothing can be added that allows a call, and what to do instead. */
export interface Impossible {
  readonly why: string;
  readonly fix: string;
}

const PROTOCOL: Readonly<Record<Call["scheme"], Protocol>> = { http: "http", https: "tls", tcp: "tcp" };

/**
 * What may be added to a declaration for a call, the least that it opens first: a rule at its host, an entry for its
 * host, a rule at a wildcard. Whether it can be declared, and helps, is to be tried.
 */
export function additionsFor(
  { environment, declared, positionOf }: Declaration,
  call: Call,
): readonly Addition[] | Impossible {
  const gateways = gatewaysFor(environment, call);
  if ("why" in gateways) return gateways;
  if (call.path !== undefined && formOf(call.path) !== "exact")
    return {
      why: "a path with a star or braces is a pattern in a rule, and allows more than itself",
      fix: "ask about a plain path",
    };
  const [nearest, ...others] = hostsOf(declared, call);
  if (nearest !== undefined && !isWildcard(nearest)) return [ruleAt(nearest, call)];
  if (ipaddr.isValid(call.host))
    return {
      why: "no host is declared by this address, and a host has a name",
      fix: `declare it by its name, for tls: tcp with addresses: that ${call.host} is among`,
    };
  if (nearest !== undefined) {
    const wildcards = [nearest, ...others];
    return [
      ...wildcards.map((wildcard) => underWildcard(wildcard, environment, call)),
      ...wildcards.map((wildcard) => ruleAt(wildcard, call)),
    ];
  }
  // Who answers for the host on another port does so for this one.
  const other = declared.find(({ host }) => host === call.host);
  const at = other?.at ?? positionOf(["hosts"]);
  return gateways.map((gateway) => ({ at, path: ["hosts"], entry: newHost(gateway, environment, call) }));
}

/** The gateways that listen for such a call. */
function gatewaysFor({ gateways }: Environment, { port, scheme }: Call): readonly Gateway[] | Impossible {
  const protocol = PROTOCOL[scheme];
  const listening = gateways.flatMap(({ name, ports }) =>
    ports.filter((one) => one.port === port).map((one) => ({ name, protocol: one.protocol })),
  );
  const found = gateways.filter(({ name }) =>
    listening.some((one) => one.name === name && one.protocol === protocol),
  );
  const [other] = listening;
  if (found.length > 0) return found;
  if (other !== undefined)
    return {
      why: `the gateway ${other.name} speaks ${other.protocol} on port ${port}, and this is ${protocol}`,
      fix: "call the host on another port, or in that protocol",
    };
  return {
    why: `no gateway has a port ${port}`,
    fix: `add { port: ${port}, protocol: ${protocol} } to the ports of ${gateways.map(({ name }) => name).join(" or ")}, and ask again`,
  };
}

/** As narrow as what was asked. A connection shows no requests. */
function ruleFor({ namespace, account, scheme, path, method }: Call) {
  const from = { serviceAccount: formatCaller({ namespace, account }) };
  if (scheme !== "http") return { from };
  return {
    from,
    ...(path === undefined ? {} : { paths: [path] }),
    ...(method === undefined ? {} : { methods: [method] }),
  };
}

function ruleAt(host: DeclaredHost, call: Call): Addition {
  const also = openedBy(host, call);
  return {
    at: host.at,
    path: [...host.path, "allow"],
    entry: ruleFor(call),
    ...(also === undefined ? {} : { also }),
  };
}

/** What else a rule at a host opens. */
function openedBy({ host, addresses = [] }: DeclaredHost, call: Call): string | undefined {
  if (isWildcard({ host })) return `It opens every other host under ${host.slice(2)} too.`;
  const isOne = addresses.length === 1 && addresses.every(isSingleAddress);
  return call.host === host || isOne ? undefined : `It opens every other address of ${host} too.`;
}

/** An entry for one name under a wildcard is like the wildcard, or its callers would get other settings. */
function underWildcard(wildcard: DeclaredHost, { gateways }: Environment, call: Call): Addition {
  const { at, path, mode, gateway } = wildcard;
  const named = gateways.length > 1 ? { gateway } : {};
  const settings = settingsOf(wildcard) as Readonly<Record<string, Json>>;
  return {
    at,
    path: path.slice(0, -1),
    entry: { host: call.host, tls: mode, ...portOf(call), ...named, ...settings, allow: [ruleFor(call)] },
  };
}

function newHost(gateway: Gateway, { gateways }: Environment, call: Call): Json {
  return {
    host: call.host,
    tls: modeFor(call),
    ...portOf(call),
    ...(gateways.length > 1 ? { gateway: gateway.name } : {}),
    allow: [ruleFor(call)],
  };
}

const DEFAULT_PORT: Readonly<Partial<Record<Call["scheme"], number>>> = { http: 80, https: 443 };

function portOf({ port, scheme }: Call) {
  return port === DEFAULT_PORT[scheme] ? {} : { port };
}

/** What is called as plain HTTP on its own port had better leave in TLS; on another the host's port is its own. */
function modeFor({ scheme, port }: Call): Mode {
  if (scheme === "http") return port === HTTP_PORT ? "originate" : "none";
  return scheme === "https" ? "passthrough" : "tcp";
}
