import { digest } from "../values/digest.ts";
import { distinct } from "../values/distinct.ts";
import { distinctCallers } from "./callers.ts";
import type { Action, NamedValues, Rule } from "./rule.ts";

/** A rule in an order of its own, with its key. An audit that is enforced later keeps its key. */
export function ruleOf(action: Action, content: Omit<Rule, "key">): Rule {
  const { audit, owner, users, ...rest } = content;
  const ordered = {
    from: distinctCallers(rest.from),
    except: distinctCallers(rest.except),
    paths: distinct(rest.paths),
    methods: distinct(rest.methods),
    headers: orderedValues(rest.headers),
    ...(users === undefined ? {} : { users: { issuer: users.issuer, claims: orderedValues(users.claims) } }),
    monitored: rest.monitored,
  };
  return { key: digest(JSON.stringify([owner, action, ordered])), owner, ...ordered, audit };
}

function orderedValues(list: readonly NamedValues[]): NamedValues[] {
  return list
    .map(({ name, values }) => ({ name, values: distinct(values) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
