import type { Problem } from "../problem.ts";
import type { WrittenRule } from "../rules/read-rules.ts";
import { problemAt, type ReportFault } from "../source.ts";
import type { WrittenHost } from "./hosts.ts";
import { rulesFor } from "./rules.ts";

/** One thing that is said of a rule, and the hosts at which it is so. */
interface Said {
  readonly first: Problem;
  readonly at: Set<WrittenHost>;
}

/**
 * What is said of rules at the heads of files at each host, until all hosts were looked at: it is a warning where it is
 * so at every host that the rule holds for, and then told once, in the first host's words.
 */
export class HeadRules {
  readonly #said = new Map<WrittenRule, Map<string, Said>>();

  /** @param kind what is said, the same at each host */
  at(host: WrittenHost, rule: WrittenRule, kind: string): ReportFault {
    return (below, value, why, fix) => {
      const kinds = this.#said.get(rule) ?? new Map<string, Said>();
      this.#said.set(rule, kinds);
      const key = `${kind} ${JSON.stringify([below, value])}`;
      const said = kinds.get(key) ?? {
        first: problemAt(rule.source, [...rule.path, ...below], value, why, fix),
        at: new Set<WrittenHost>(),
      };
      said.at.add(host);
      kinds.set(key, said);
    };
  }

  /** What is so at every host. */
  warnings(hosts: readonly WrittenHost[]): Problem[] {
    if (this.#said.size === 0) return [];
    const holdsFor = new Map<WrittenRule, number>();
    for (const rule of hosts.flatMap(rulesFor)) holdsFor.set(rule, (holdsFor.get(rule) ?? 0) + 1);
    return [...this.#said].flatMap(([rule, kinds]) =>
      [...kinds.values()].filter(({ at }) => at.size === holdsFor.get(rule)).map(({ first }) => first),
    );
  }
}
