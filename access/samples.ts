import type { Json } from "../plan/manifest.ts";
import type { AuthorizationPolicy, Operation, PolicyRule, Source } from "./read.ts";

/** A request that a rule takes, and the patterns that it stands for. */
export interface Sample {
  /** As the rule writes it; `…/ns/news/*` means every account of news. */
  readonly principal: string;
  /** Whom the rule leaves out of these. */
  readonly except: readonly string[];
  /** By authority, or the name that a connection asks for. */
  readonly host: string;
  readonly path: string;
  readonly method: string;
  /** The listener in the gateway's pod. */
  readonly listener: number;
  /** Of connections alone: whether the rule is about a name in TLS. */
  readonly isSni: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly claims: Readonly<Record<string, Json>>;
}

const ANY: readonly string[] = ["*"];
const ANY_SOURCE: readonly { readonly source?: Source }[] = [{}];

/** What a policy's rules take, a sample for each of their patterns; nothing of a rule without a port, or of another action. */
export function samplesOf(
  { action = "ALLOW", rules = [] }: AuthorizationPolicy,
  wanted: "ALLOW" | "DENY" = "ALLOW",
): Sample[] {
  return action === wanted ? rules.flatMap(samplesOfRule) : [];
}

function samplesOfRule({ from = ANY_SOURCE, to = [], when = [] }: PolicyRule): Sample[] {
  const names = when.filter(({ key }) => key === "connection.sni").flatMap(({ values = [] }) => values);
  const headers = Object.fromEntries(
    when.flatMap(({ key, values = [] }) => {
      const [, name] = /^request\.headers\[(.*)\]$/.exec(key) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), textOf(values[0] ?? "*")]];
    }),
  );
  return from.flatMap(({ source = {} }) =>
    to.flatMap(({ operation = {} }) =>
      targetsOf(operation, names).flatMap((target) =>
        (source.principals ?? ANY).map((principal) => ({
          ...target,
          principal,
          except: source.notPrincipals ?? [],
          headers,
          claims: claimsOf(source, when),
        })),
      ),
    ),
  );
}

function targetsOf(
  { hosts = [], ports = [], paths = ANY, methods = ANY }: Operation,
  names: readonly string[],
) {
  const asked = [
    ...hosts.map((host) => ({ host, isSni: false })),
    ...names.map((host) => ({ host, isSni: true })),
  ];
  return asked.flatMap((one) =>
    ports.flatMap((port) =>
      paths.flatMap((path) => methods.map((method) => ({ ...one, listener: Number(port), path, method }))),
    ),
  );
}

function claimsOf({ requestPrincipals: [first] = [] }: Source, when: PolicyRule["when"] = []) {
  const slash = first?.lastIndexOf("/") ?? 0;
  const user = first === undefined ? {} : { iss: first.slice(0, slash), sub: textOf(first.slice(slash + 1)) };
  const claims = when.flatMap(({ key, values: [value] = [] }) => {
    const [, name] = /^request\.auth\.claims\[([^\]]*)\]$/.exec(key) ?? [];
    return name === undefined || value === undefined ? [] : [[name, textOf(value)] as const];
  });
  return { ...user, ...Object.fromEntries(claims) };
}

/** A text that a pattern takes; an address where it begins like one. */
export function textOf(pattern: string): string {
  return pattern
    .replaceAll(/\{\*\*?\}/g, "any")
    .replace(/^([0-9.]+\.)\*$/, "$11")
    .replace(/^\*$|^\*|\*$/, "any");
}
