import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planEnvironment } from "../plan/plan.ts";
import { loadText } from "./load-text.ts";
import { machine } from "./machine.ts";
import { markdown } from "./markdown.ts";
import { median } from "./median.ts";
import { commandCost, type ProcessCost, planCost } from "./processes.ts";

/**
 * check, plan and render by number of hosts, as the table of docs/performance.md. Each run is a process of its own; the
 * rounds go through all sizes, so that a busy moment of the machine meets them all, and the table has the medians.
 */
const ROUNDS = 3;
const SIZES = [
  { hosts: 0, mode: "half", grants: 0 },
  { hosts: 1_000, mode: "half", grants: 1 },
  { hosts: 2_500, mode: "half", grants: 1 },
  { hosts: 5_000, mode: "half", grants: 1 },
  { hosts: 10_000, mode: "half", grants: 1 },
  { hosts: 10_000, mode: "none", grants: 1 },
  { hosts: 10_000, mode: "passthrough", grants: 1 },
  { hosts: 10_000, mode: "half", grants: 2 },
  { hosts: 1_000, mode: "half", grants: 10 },
] as const;

const HEAD = [
  ...["hosts", "mode", "grants each", "objects", "check s", "user s", "user µs per host", "MB"],
  ...["plan s", "plan user s", "plan MB", "render s", "render MB"],
];

/** What each of them took. */
interface Run {
  readonly check: ProcessCost;
  /** planEnvironment alone, in a process that read the file before. */
  readonly plan: ProcessCost;
  readonly render: ProcessCost;
}

const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
try {
  const rows = SIZES.map((size, index) => ({
    ...size,
    file: join(folder, `${index}.yaml`),
    text: environment(size),
    runs: [] as Run[],
  }));
  for (const { file, text } of rows) writeFileSync(file, text);
  for (let round = 0; round < ROUNDS; round++)
    for (const { file, runs } of rows)
      runs.push({
        check: await commandCost(["check", file]),
        plan: await planCost(file),
        render: await commandCost(["render", file]),
      });
  const start = middle(rows[0]?.runs ?? [], "check", "user");
  const lines = rows.map(({ hosts, mode, grants, text, runs }) => {
    const user = middle(runs, "check", "user");
    return [
      hosts,
      mode,
      grants,
      planEnvironment(loadText(text)).length,
      middle(runs, "check", "seconds").toFixed(2),
      user.toFixed(2),
      hosts === 0 ? "" : (((user - start) / hosts) * 1e6).toFixed(0),
      middle(runs, "check", "megabytes").toFixed(0),
      middle(runs, "plan", "seconds").toFixed(2),
      middle(runs, "plan", "user").toFixed(2),
      middle(runs, "plan", "megabytes").toFixed(0),
      middle(runs, "render", "seconds").toFixed(2),
      middle(runs, "render", "megabytes").toFixed(0),
    ];
  });
  process.stdout.write(`${machine()}; medians of ${ROUNDS}.\n\n${markdown(HEAD, lines)}`);
} finally {
  rmSync(folder, { recursive: true });
}

function middle(runs: readonly Run[], what: keyof Run, key: keyof ProcessCost): number {
  return median(runs.map((run) => run[what][key]));
}

/**
 * In mode `half` every other host is by TLS; the grants go to seven namespaces and to thirteen accounts of another, in
 * turn.
 */
function environment({ hosts, mode, grants }: (typeof SIZES)[number]): string {
  const entries = Array.from({ length: hosts }, (_, host) => {
    const allow = Array.from({ length: grants }, (_, grant) =>
      grant % 2 === 0
        ? `\n      - from: { namespace: team-${(host + grant) % 7} }`
        : `\n      - from: { serviceAccount: other/account-${(host + grant) % 13} }`,
    );
    const tls = mode === "half" ? ["none", "passthrough"][host % 2] : mode;
    return `\n  - host: h${host}.example.com\n    tls: ${tls}\n    allow:${allow.join("")}`;
  });
  const list = hosts === 0 ? " []" : entries.join("");
  return `environment: bench\ngateways:\n  - { name: egress, namespace: egress }\nhosts:${list}\n`;
}
