import ipaddr from "ipaddr.js";
import type { Caller, DeclaredHost, Environment, Gateway, Issuer, Mode } from "../model/environment.ts";
import { isWildcard, settingsOf } from "../model/hosts/settings.ts";
import type { Position } from "../model/problem.ts";
import { formatCaller, isWithin } from "../model/rules/callers.ts";
import type { Path } from "../model/source.ts";
import { isSingleAddress } from "../model/values/network.ts";
import { formOf } from "../model/values/paths.ts";
import { HTTP_PORT } from "../model/values/ports.ts";
import type { Protocol } from "../model/values/protocols.ts";
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
  const issuer = issuerOf(environment, call);
  if (issuer !== undefined && "why" in issuer) return issuer;
  const rule = ruleFor(call, issuer && usersFor(issuer, call));
  const [nearest, ...others] = hostsOf(declared, call);
  if (nearest !== undefined && !isWildcard(nearest))
    return [ruleAt(nearest, call, rule), ...pathsAt(nearest, call)];
  if (ipaddr.isValid(call.host))
    return {
      why: "no host is declared by this address, and a host has a name",
      fix: `declare it by its name, for tls: tcp with addresses: that ${call.host} is among`,
    };
  if (nearest !== undefined) {
    const wildcards = [nearest, ...others];
    return [
      ...wildcards.map((wildcard) => underWildcard(wildcard, environment, call, rule)),
      ...wildcards.map((wildcard) => ruleAt(wildcard, call, rule)),
    ];
  }
  // Who answers for the host on another port does so for this one.
  const other = declared.find(({ host }) => host === call.host);
  const at = other?.at ?? positionOf(["hosts"]);
  return gateways.map((gateway) => ({
    at,
    path: ["hosts"],
    entry: newHost(gateway, environment, call, rule),
  }));
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

/** Who issued the token of a request; undefined where it has none. */
function issuerOf({ issuers = [] }: Environment, { scheme, claims }: Call): Issuer | Impossible | undefined {
  if (scheme !== "http" || claims === undefined) return undefined;
  const { iss, aud } = claims;
  const found = issuers.find(({ issuer }) => issuer === iss);
  const { audiences } = found ?? {};
  const isMeant = (one: Json) => audiences === undefined || audiences.some((audience) => audience === one);
  if (aud !== undefined && ![aud].flat().some(isMeant))
    return {
      why: `the token is for others: those of ${found?.name} are taken for ${audiences?.join(" or ")}`,
      fix: "ask with one of these as aud",
    };
  if (found !== undefined) return found;
  return {
    why: "no issuer of the environment has this token's iss, and a rule names end users by their issuer",
    fix: "declare it among issuers:, or ask about the call without a token",
  };
}

/** What a token says of itself, and not of its user. */
const OF_TOKEN = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/** The token's user, by all that a rule can ask for; of a list its first entry, as a rule takes one of several. */
function usersFor({ name }: Issuer, { claims = {} }: Call): Json {
  const asked = Object.entries(claims).flatMap(([claim, value]) => {
    const [first] = [value].flat();
    const isPlain = typeof first === "string" && /^[^*\s]+$/.test(first) && /^[\w:./-]+$/.test(claim);
    return isPlain && !OF_TOKEN.includes(claim) ? [[claim, [first]] as const] : [];
  });
  return { issuer: name, ...(asked.length === 0 ? {} : { claims: Object.fromEntries(asked) }) };
}

/** As narrow as what was asked. A connection shows no requests. */
function ruleFor({ namespace, account, scheme, path, method }: Call, users: Json | undefined): Json {
  const from = { serviceAccount: formatCaller({ namespace, account }) };
  if (scheme !== "http") return { from };
  return {
    from,
    ...(path === undefined ? {} : { paths: [path] }),
    ...(method === undefined ? {} : { methods: [method] }),
    ...(users === undefined ? {} : { users }),
  };
}

function ruleAt(host: DeclaredHost, call: Call, rule: Json): Addition {
  const also = openedBy(host, call);
  return {
    at: host.at,
    path: [...host.path, "allow"],
    entry: rule,
    ...(also === undefined ? {} : { also }),
  };
}

/** Where a host answers «not found», its rules have the same callers: one more of their paths is for all of these. */
function pathsAt({ refuse, allow, ruleAt }: DeclaredHost, { namespace, account, path }: Call): Addition[] {
  if (refuse !== "not-found" || path === undefined) return [];
  const isAmong = (callers: readonly Caller[]) =>
    callers.some((caller) => isWithin({ namespace, account }, caller));
  return allow
    .filter((rule) => rule.paths.length > 0)
    .filter(({ from, except }) => isAmong(from) && !isAmong(except))
    .flatMap(({ key, from }) => {
      const at = ruleAt(key);
      if (at?.path[0] !== "hosts") return [];
      const also = `It opens it to all whom that rule is for: ${from.map(formatCaller).join(", ")}.`;
      return [{ at, path: [...at.path, "paths"], entry: path, also }];
    });
}

/** What else a rule at a host opens. */
function openedBy({ host, addresses = [] }: DeclaredHost, call: Call): string | undefined {
  if (isWildcard({ host })) return `It opens every other host under ${host.slice(2)} too.`;
  const isOne = addresses.length === 1 && addresses.every(isSingleAddress);
  return call.host === host || isOne ? undefined : `It opens every other address of ${host} too.`;
}

/** An entry for one name under a wildcard is like the wildcard, or its callers would get other settings. */
function underWildcard(wildcard: DeclaredHost, { gateways }: Environment, call: Call, rule: Json): Addition {
  const { at, path, mode, gateway } = wildcard;
  const named = gateways.length > 1 ? { gateway } : {};
  const settings = settingsOf(wildcard) as Readonly<Record<string, Json>>;
  return {
    at,
    path: path.slice(0, -1),
    entry: {
      host: call.host,
      tls: mode,
      ...portOf(call),
      ...named,
      ...settings,
      allow: [rule],
    },
  };
}

function newHost(gateway: Gateway, { gateways }: Environment, call: Call, rule: Json): Json {
  return {
    host: call.host,
    tls: modeFor(call),
    ...portOf(call),
    ...(gateways.length > 1 ? { gateway: gateway.name } : {}),
    allow: [rule],
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
