import { evaluate } from "../access/evaluate/evaluate.ts";
import type { Step } from "../access/evaluate/step.ts";
import type { DeclaredHost, Gateway } from "../model/environment.ts";
import type { Loaded } from "../model/load.ts";
import type { Position } from "../model/problem.ts";
import { planGateway } from "../plan/gateway/gateway.ts";
import { denialName } from "../plan/hosts/access/deny.ts";
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
  const { gateways, lockdown } = environment;
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
      const refusing = placeOfDenial(declared, object);
      if (refusing !== undefined) return refusing;
      const allowing = hosts.filter(({ keys }) => passes && keys.has(object));
      for (const { host } of allowing) {
        const rule = granting(declaration, call, host);
        if (rule !== undefined) return host.ruleAt(rule.key);
      }
    }
    return places.find(({ keys }) => keys.has(object))?.place;
  };
}

/** Where the rule stands whose key a policy's name has; it may hold for more hosts than were asked for. */
function placeOfDenial(declared: readonly DeclaredHost[], object: string): Position | undefined {
  for (const { deny, gateway, ruleAt } of declared) {
    const rule = deny.find((one) => object.endsWith(`/${denialName(gateway, one)}`));
    if (rule !== undefined) return ruleAt(rule.key);
  }
  return undefined;
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
