import { evaluate } from "../access/evaluate/evaluate.ts";
import type { Step } from "../access/evaluate/step.ts";
import type { DeclaredHost, Gateway, Place } from "../model/environment.ts";
import type { Loaded } from "../model/load.ts";
import type { Position } from "../model/problem.ts";
import { planGateway } from "../plan/gateway/gateway.ts";
import { askingName } from "../plan/hosts/access/authorizers.ts";
import { denialName } from "../plan/hosts/access/deny.ts";
import { planUsers } from "../plan/hosts/access/users.ts";
import { planHosts } from "../plan/hosts/hosts.ts";
import { planLockdown } from "../plan/lockdown.ts";
import { objectKey, type PlannedObject } from "../plan/manifest.ts";
import { planEnvironment } from "../plan/plan.ts";
import { type Call, meshOf, probeOf } from "./call.ts";
import { hostsOf } from "./hosts.ts";

/** A file without problems, as it was read. */
export type Declaration = Required<Loaded>;

/**
 * Where that stands for which the objects of a call's way are made. No manifest has a position: an object's name is its
 * key, and what a part of the declaration takes by itself has the same names as in the whole.
 *
 * @returns undefined for objects that are not the declaration's
 */
export function placesOf(declaration: Declaration, call: Call): (step: Step) => Position | undefined {
  const { environment, declared, entryAt } = declaration;
  const { gateways, lockdown, mesh, issuers = [] } = environment;
  const hosts = hostsOf(declared, call).flatMap((host) =>
    gateways
      .filter(({ name }) => name === host.gateway)
      .map((gateway) => ({ host, gateway, keys: keysOfHosts(declaration, gateway, [host]) })),
  );
  const places = [
    ...gateways.map((gateway) => ({
      place: entryAt("gateways", gateway.name),
      keys: keysOf([
        ...planGateway({ ...environment, gateway }),
        ...planHosts({ ...environment, gateway, hosts: [] }),
        // Whose tokens a gateway takes is for all of its hosts, whichever asks for them.
        ...planUsers({ gateway, mesh, issuers }, environment.hosts),
      ]),
    })),
    ...lockdown.map((entry) => ({
      place: entryAt("lockdown", entry.namespace),
      keys: keysOf(planLockdown({ ...environment, lockdown: entry })),
    })),
    ...hosts.map(({ host, keys }) => ({ place: host.at, keys })),
  ];
  return ({ at, passes, object = "" }) => {
    if (at === "policy") {
      const refusing = denialOf(declared, call, object);
      if (refusing !== undefined) return positionIn(refusing);
      const allowing = hosts.filter(({ keys }) => passes && keys.has(object));
      for (const { host } of allowing) {
        const { gateway, authorizer } = host;
        // It is the host that asks, whichever of its rules allows.
        if (authorizer !== undefined && object.endsWith(`/${askingName(gateway, authorizer)}`))
          return host.at;
        const rule = granting(declaration, call, host);
        const place = rule && host.ruleAt(rule.key);
        if (place !== undefined) return positionIn(place);
      }
    }
    return places.find(({ keys }) => keys.has(object))?.place;
  };
}

/** Where the denial of a call stands whose key a policy's name has: of several hosts that say the same, the call's. */
export function denialOf(declared: readonly DeclaredHost[], call: Call, object: string): Place | undefined {
  for (const { deny, gateway, ruleAt } of [...hostsOf(declared, call), ...declared]) {
    const rule = deny.find((one) => object.endsWith(`/${denialName(gateway, one)}`));
    if (rule !== undefined) return ruleAt(rule.key);
  }
  return undefined;
}

function positionIn({ file, line, column }: Place): Position {
  return { file, line, column };
}

function keysOf(objects: readonly PlannedObject[]): ReadonlySet<string> {
  return new Set(objects.map(({ manifest }) => objectKey(manifest)));
}

function keysOfHosts({ environment }: Declaration, gateway: Gateway, hosts: readonly DeclaredHost[]) {
  return keysOf(planHosts({ ...environment, gateway, hosts }));
}

/** The rule of a host that lets a call through: with it alone the evaluator says so too. */
function granting({ environment }: Declaration, call: Call, host: DeclaredHost) {
  const { mesh } = environment;
  return host.allow.find((rule) => {
    const alone = { ...environment, hosts: [{ ...host, allow: [rule], deny: [] }] };
    const manifests = planEnvironment(alone).map(({ manifest }) => manifest);
    return evaluate(manifests, probeOf(call, mesh), meshOf(mesh)).answer === "allowed";
  });
}
