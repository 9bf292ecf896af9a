import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machine } from "./machine.ts";
import { markdown } from "./markdown.ts";
import { median } from "./median.ts";
import { commandCost, type ProcessCost, planCost } from "./processes.ts";

/**
 * check and plan by number of hosts, as the table of docs/performance.md. Each run is a process of its own; the rounds
 * go through all sizes, so that a busy moment of the machine meets them all, and the table has the medians.
 */
const ROUNDS = 3;
const SIZES = [
  { hosts: 0, grants: 0 },
  { hosts: 1_000, grants: 1 },
  { hosts: 2_500, grants: 1 },
  { hosts: 5_000, grants: 1 },
  { hosts: 10_000, grants: 1 },
  { hosts: 10_000, grants: 2 },
  { hosts: 1_000, grants: 10 },
];

const HEAD = ["hosts", "grants each", "s", "user s", "user µs per host", "MB", "plan s", "plan user s"];

/** `sallyport check`, and the plan. */
interface Run extends ProcessCost {
  /** planEnvironment alone, in a process that read the file before. */
  readonly plan: number;
  readonly planUser: number;
}

const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
try {
  const rows = SIZES.map((size, index) => ({
    ...size,
    file: join(folder, `${index}.yaml`),
    runs: [] as Run[],
  }));
  for (const { file, hosts, grants } of rows) writeFileSync(file, environment(hosts, grants));
  for (let round = 0; round < ROUNDS; round++)
    for (const { file, runs } of rows) {
      const plan = await planCost(file);
      runs.push({ ...(await commandCost(["check", file])), plan: plan.seconds, planUser: plan.user });
    }
  const start = middle(rows[0]?.runs ?? [], "user");
  const lines = rows.map(({ hosts, grants, runs }) => {
    const user = middle(runs, "user");
    return [
      hosts,
      grants,
      middle(runs, "seconds").toFixed(2),
      user.toFixed(2),
      hosts === 0 ? "" : (((user - start) / hosts) * 1e6).toFixed(0),
      middle(runs, "megabytes").toFixed(0),
      middle(runs, "plan").toFixed(2),
      middle(runs, "planUser").toFixed(2),
    ];
  });
  process.stdout.write(`${machine()}; medians of ${ROUNDS}.\n\n${markdown(HEAD, lines)}`);
} finally {
  rmSync(folder, { recursive: true });
}

function middle(runs: readonly Run[], key: keyof Run): number {
  return median(runs.map((run) => run[key]));
}

/** Every other host by TLS; the grants go to seven namespaces and to thirteen accounts of another, in turn. */
function environment(hosts: number, grants: number): string {
  const entries = Array.from({ length: hosts }, (_, host) => {
    const allow = Array.from({ length: grants }, (_, grant) =>
      grant % 2 === 0
        ? `\n      - from: { namespace: team-${(host + grant) % 7} }`
        : `\n      - from: { serviceAccount: other/account-${(host + grant) % 13} }`,
    );
    return `\n  - host: h${host}.example.com\n    tls: ${host % 2 === 0 ? "none" : "passthrough"}\n    allow:${allow.join("")}`;
  });
  const list = hosts === 0 ? " []" : entries.join("");
  return `environment: bench\ngateways:\n  - { name: egress, namespace: egress }\nhosts:${list}\n`;
}
