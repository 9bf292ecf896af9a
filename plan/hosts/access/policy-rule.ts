import type { Caller, Host } from "../../../model/environment.ts";
import type { NamedValues, Rule } from "../../../model/rules/rule.ts";
import { listenerPort } from "../../../model/values/ports.ts";
import type { Json } from "../../manifest.ts";
import type { HostsContext } from "../context.ts";
import { principalOf } from "./callers.ts";
import { matchOf } from "./host-match.ts";

/** What a rule looks at in a request. */
export type RequestMatch = Pick<Rule, "paths" | "methods" | "headers" | "users">;

/** Every request. */
export const ANY_REQUEST: RequestMatch = { paths: [], methods: [], headers: [] };

/** Who, as one source of a policy. */
export interface Source {
  /** Empty: nobody in particular. */
  readonly from: readonly Caller[];
  readonly except: readonly Caller[];
}

/**
 * One rule of an AuthorizationPolicy: who asks which hosts for what. The port is always named, or the rule would be for
 * the gateway's other listeners too.
 *
 * @param hosts all of one protocol and port
 * @throws if the request's users have an issuer that is not the environment's
 */
export function policyRule(
  { mesh, issuers }: HostsContext,
  hosts: readonly [Host, ...Host[]],
  { from, except }: Source,
  { paths, methods, headers, users }: RequestMatch,
): Json {
  const { operation, when } = matchOf(hosts);
  const principals = (callers: readonly Caller[]) =>
    callers.map((caller) => principalOf(caller, mesh.trustDomain));
  const issuer = issuers.find(({ name }) => name === users?.issuer)?.issuer;
  // Without it the rule would be for everyone.
  if (users !== undefined && issuer === undefined) throw new Error(`there is no issuer ${users.issuer}`);
  const source = {
    ...(from.length === 0 ? {} : { principals: principals(from) }),
    ...(except.length === 0 ? {} : { notPrincipals: principals(except) }),
    ...(issuer === undefined ? {} : { requestPrincipals: [`${issuer}/*`] }),
  };
  const conditions = [
    ...when,
    ...headers.map(condition("request.headers")),
    ...(users?.claims ?? []).map(condition("request.auth.claims")),
  ];
  return {
    ...(Object.keys(source).length === 0 ? {} : { from: [{ source }] }),
    to: [
      {
        operation: {
          ...operation,
          ports: [String(listenerPort(hosts[0].port))],
          ...(paths.length === 0 ? {} : { paths }),
          ...(methods.length === 0 ? {} : { methods }),
        },
      },
    ],
    ...(conditions.length === 0 ? {} : { when: conditions }),
  };
}

function condition(attribute: string): (one: NamedValues) => Json {
  return ({ name, values }) => ({ key: `${attribute}[${name}]`, values });
}
