import { evaluate, type Probe } from "../../access/evaluate/evaluate.ts";
import type { Json, Manifest } from "../../plan/manifest.ts";
import { gateway, policy, READER } from "./manifests.ts";

/** What most tests ask about, over HTTP and over TLS; of the gateway and some objects beside it. */
export const call: Probe = { principal: READER, host: "one.example.com", port: 80, scheme: "http" };
export const secure: Probe = { ...call, port: 443, scheme: "https" };
export const ask = (objects: readonly Manifest[], probe: Partial<Probe> = {}) =>
  evaluate([...gateway(), ...objects], { ...call, ...probe });
export const answers = (objects: readonly Manifest[], probe: Partial<Probe> = {}) =>
  ask(objects, probe).answer;

export const to = (operation: Json): Json => [{ operation }];
export const everybody = policy("ALLOW", [{ to: to({ ports: ["10080", "8080", "10443"] }) }], "everybody");
