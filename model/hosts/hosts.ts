import type { z } from "zod";
import type { Host, HostSettings, Mode } from "../environment.ts";
import type { Problem } from "../problem.ts";
import type { Notes, RuleContext } from "../rules/notes.ts";
import { readRules, type WrittenRule } from "../rules/read-rules.ts";
import { explain } from "../schema/fault-words.ts";
import { HostEntry, HostSettingsEntry } from "../schema/host.ts";
import { type Sound, soundParts } from "../sound.ts";
import type { Path, Source } from "../source.ts";
import { settingsOf } from "./settings.ts";

/** A host as written, its own fields checked, its gateway not yet looked up. What is at fault is undefined. */
export interface WrittenHost {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly mode: Mode | undefined;
  /** null where the host names none. */
  readonly gateway: string | null | undefined;
  readonly owner: string | undefined;
  /** Its own rules, its file's and the environment's. */
  readonly rules: readonly WrittenRule[];
  readonly refuse: Host["refuse"];
  readonly authorizer: string | undefined;
  /** What it has of its own, as far as it is sound; undefined where a part is at fault. */
  readonly settings: HostSettings | undefined;
  /** Of these the addresses as they are written, each with its place; undefined is one at fault. */
  readonly addresses: readonly (string | undefined)[] | undefined;
  readonly source: Source;
  /** Such as `["hosts", 3]`. */
  readonly path: Path;
}

/** What the entries of a file's hosts have in common. */
export interface HostsFile {
  readonly source: Source;
  readonly owner: string | undefined;
  /** The rules for all its hosts. */
  readonly rules: readonly WrittenRule[];
  readonly context: RuleContext;
}

/** Checks one entry of a file's hosts on its own, so that one fault hides no other. */
export function readHost(
  { source, owner, rules, context }: HostsFile,
  entry: unknown,
  index: number,
  notes: Notes,
): { host: WrittenHost; problems: Problem[] } {
  const path = ["hosts", index] as const;
  const parsed = HostEntry.safeParse(entry);
  const parts: Sound<z.output<typeof HostEntry>> = parsed.success
    ? parsed.data
    : (soundParts(HostEntry, entry) ?? {});
  const written: WrittenHost = {
    host: parts.host,
    port: parsed.success || !has(entry, "port") ? (parts.port ?? defaultPort(parts.tls)) : parts.port,
    mode: parts.tls,
    gateway: parts.gateway ?? (has(entry, "gateway") ? undefined : null),
    owner,
    rules: [...readRules(source, path, owner, parsed.data, context, notes), ...rules],
    refuse: parts.refuse ?? "forbidden",
    authorizer: parts.authorizer,
    settings: readSettings(parsed.success ? parsed : HostSettingsEntry.safeParse(entry)),
    addresses: parts.addresses,
    source,
    path,
  };
  return {
    host: written,
    problems: parsed.success ? [] : explain(source, HostEntry, parsed.error.issues, path),
  };
}

function has(entry: unknown, key: string): boolean {
  return typeof entry === "object" && entry !== null && Object.hasOwn(entry, key);
}

/** What the application calls where no port is declared; tcp has no such port. */
const DEFAULT_PORTS: Readonly<Partial<Record<Mode, number>>> = {
  none: 80,
  originate: 80,
  mutual: 80,
  passthrough: 443,
};

function defaultPort(mode: Mode | undefined): number | undefined {
  return mode === undefined ? undefined : DEFAULT_PORTS[mode];
}

/** Undefined where any part of them is at fault, an entry of a list too. */
function readSettings(
  parsed: z.ZodSafeParseResult<z.output<typeof HostSettingsEntry>>,
): HostSettings | undefined {
  if (!parsed.success) return undefined;
  const settings = settingsOf(parsed.data);
  const { addresses } = settings;
  return addresses === undefined ? settings : { ...settings, addresses: [...new Set(addresses)].sort() };
}
