import type { z } from "zod";
import type { Caller } from "../environment.ts";
import type { Problem } from "../problem.ts";
import type { FileAllowRule, FileDenyRule } from "../schema/access.ts";
import { type Path, problemAt, type ReportFault, type Source } from "../source.ts";
import { endOf } from "./last-day.ts";
import type { Notes, RuleContext } from "./notes.ts";
import { EVERYONE, isEveryone, type Rule } from "./rule.ts";

export type AllowEntry = z.output<typeof FileAllowRule>;
export type DenyEntry = z.output<typeof FileDenyRule>;

/** What a rule has for its callers once dates are settled. */
export interface Content extends Pick<Rule, "from" | "except" | "monitored" | "audit"> {
  /** Whom it left out until a day that is over. */
  readonly ended: readonly Caller[];
  /** Whether it is past its last day itself. */
  readonly isOver: boolean;
}

/** How a rule's faults are told, each at a place below it. */
export interface Telling {
  readonly fault: ReportFault;
  readonly warn: ReportFault;
  /** An error in production, a warning elsewhere. */
  readonly unwise: ReportFault;
  /** Says that something ends soon, or has ended; whether it has. */
  isOver(lastDay: string | undefined, path: Path, what: string): boolean;
  readonly now: Date;
}

export function tellingOf({
  source,
  path: base,
  owner,
  context: { now, production },
  notes,
}: {
  readonly source: Source;
  readonly path: Path;
  readonly owner: string;
  readonly context: RuleContext;
  readonly notes: Notes;
}): Telling {
  const at = (path: Path, value: unknown, why: string, fix: string): Problem =>
    problemAt(source, [...base, ...path], value, why, fix);
  const into =
    (list: Problem[]): ReportFault =>
    (...what) => {
      list.push(at(...what));
    };
  const warn = into(notes.warnings);
  const fault = into(notes.problems);
  return {
    fault,
    warn,
    unwise: production ? fault : warn,
    now,
    isOver(lastDay, path, what) {
      if (lastDay === undefined) return false;
      const end = endOf(lastDay, now);
      if (end.is === "soon")
        warn(path, lastDay, `${what} ends ${end.when}`, "give it a later day, or get ready for its end");
      if (end.is === "over")
        notes.expired.push({
          owner,
          problem: at(
            path,
            lastDay,
            `${what} has ended and is left out`,
            "remove it, or give it a later day",
          ),
        });
      return end.is === "over";
    },
  };
}

export function allowContent(entry: AllowEntry, tell: Telling): Content {
  const from = listOf(entry.from).map(callerOf);
  const content: Content = {
    from,
    except: (entry.except ?? []).map(callerOf),
    monitored: entry.monitored ?? true,
    audit: false,
    ended: [],
    isOver: tell.isOver(entry.until, ["until"], "this rule"),
  };
  if (content.isOver) return content;
  if (from.some(isEveryone) && entry.confirmed === undefined)
    tell.unwise(
      ["from"],
      entry.from,
      "this is everyone in the mesh",
      "name who calls, or add confirmed: true",
    );
  if (entry.monitored === false) checkExemption(entry, from, tell);
  return content;
}

/** What nobody is told of is to be little, and known: an exemption is by caller and host, whatever else the rule asks. */
function checkExemption(entry: AllowEntry, from: readonly Caller[], { unwise, warn }: Telling): void {
  if (entry.until === undefined)
    unwise(["monitored"], false, "an exemption from the log without an end", "add until: (its last day)");
  if (from.some(isEveryone))
    unwise(
      ["monitored"],
      false,
      "this exempts everyone: no call to the host is in a log or counted, refused ones included",
      "exempt the accounts that are meant, in a rule of their own",
    );
  const part = (["paths", "methods", "headers", "users"] as const).find((key) => entry[key] !== undefined);
  if (part !== undefined)
    warn(
      ["monitored"],
      false,
      `its callers are exempt for all that they do with the host, not for these ${part} alone: what they are refused is in no log either`,
      "remove it here, or give an account of its own to what may go unseen",
    );
}

export function denyContent({ mode, until, from, except = [] }: DenyEntry, tell: Telling): Content {
  if (mode === "enforce" && until !== undefined)
    tell.fault(
      ["until"],
      until,
      "a refusal that ends by itself would open what it closes",
      "remove it; who is exempt stands in except, with until: of its own",
    );
  const exemptions = except.map((entry, index) => {
    const path = ["except", index];
    if (entry.until === undefined)
      tell.unwise(path, entry, "an exemption without an end", "add until: (its last day)");
    const isOver = tell.isOver(entry.until, [...path, "until"], "this exemption");
    return { caller: callerOf(entry), isOver };
  });
  const callers = (isOver: boolean) =>
    exemptions.filter((one) => one.isOver === isOver).map(({ caller }) => caller);
  return {
    from: from === undefined ? [EVERYONE] : listOf(from).map(callerOf),
    except: callers(false),
    monitored: true,
    audit: mode === "audit" && isAudited(until, tell),
    ended: callers(true),
    isOver: false,
  };
}

/** Whether an audit still goes on; past its last day the rule is enforced. */
function isAudited(until: string | undefined, { unwise, warn, now }: Telling): boolean {
  if (until === undefined) {
    unwise(["mode"], "audit", "an audit without an end: it refuses nothing", "add until: (its last day)");
    return true;
  }
  const end = endOf(until, now);
  if (end.is === "soon")
    warn(
      ["until"],
      until,
      `this audit ends ${end.when}: then the rule is enforced`,
      "look at what it would refuse",
    );
  if (end.is === "over")
    warn(["until"], until, "this audit is over: the rule is enforced", "remove mode and until");
  return end.is !== "over";
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function callerOf(from: { readonly namespace: string } | { readonly serviceAccount: string }): Caller {
  if ("namespace" in from) return { namespace: from.namespace };
  const [namespace = "", account = ""] = from.serviceAccount.split("/");
  return { namespace, account };
}
