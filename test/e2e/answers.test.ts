import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { AccessChange } from "../../access/diff/access.ts";
import { evaluator, type Probe } from "../../access/evaluate/evaluate.ts";
import { valuesOf } from "../../access/evaluate/request.ts";
import type { Row } from "../../access/matrix/matrix.ts";
import { rowLets } from "../../access/matrix/row-lets.ts";
import type { Compared } from "../../cli/diff/compare.ts";
import { askAll } from "../../conformance/curl.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { kubectl } from "../../walk/kubectl.ts";
import { LAB_IMAGE, startClients } from "../../walk/workloads.ts";
import { environmentOf } from "../stacks.ts";
import { AFTER, BEFORE, CALLERS, CALLS, GATEWAY } from "./answers-world.ts";
import { onCluster, programOf } from "./cluster.ts";

describe("what curl gets on the lab", { timeout: 300_000 }, () => {
  const cluster = onCluster("lab");
  const { kubeconfig = "" } = cluster?.access ?? {};
  const client = kubectl(programOf(cluster, "kubectl"), { kubeconfig });
  const folder = mkdtempSync(join(tmpdir(), "sallyport-answers-"));
  const write = (name: string, environment: object) => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, stringify(environment, { aliasDuplicateObjects: false }));
    return file;
  };
  const [before, after] = [write("before", BEFORE), write("after", AFTER)];
  const sallyport = async (args: readonly string[], exitCode = 0): Promise<string> => {
    const said = await execa(process.execPath, ["cli/main.ts", ...args], { reject: false });
    expect(said.exitCode, said.stderr).toBe(exitCode);
    return said.stdout;
  };
  /** As it is put in force by hand. */
  const rollOut = async (command: readonly string[], file: string) => {
    const context = await client.run(["config", "current-context"]);
    await sallyport([...command, file, "--context", context, "--kubeconfig", kubeconfig]);
  };
  const matrix = async (...source: readonly string[]) => {
    const text = await sallyport(["matrix", ...source, "--format", "json"]);
    return (JSON.parse(text) as { readonly rows: readonly Row[] }).rows;
  };
  /** For each of the calls. */
  const got: Record<"before" | "after", string[]> = { before: [], after: [] };

  beforeAll(async () => {
    if (cluster === undefined) return;
    await startClients(client, LAB_IMAGE, CALLERS);
    await rollOut(["apply"], before);
    got.before = await askAll(client, CALLS);
  }, 300_000);
  afterAll(async () => {
    if (cluster !== undefined) {
      await rollOut(["delete", "--yes-delete", BEFORE.environment], before);
      const namespaces = new Set(CALLERS.map(({ namespace }) => namespace));
      await client.run(["delete", "namespace", ...namespaces, "--ignore-not-found", "--timeout=120s"]);
    }
    rmSync(folder, { recursive: true });
  }, 300_000);

  it("is what every row of the matrix says, of the file and of the cluster", async () => {
    const rows = await matrix(before);
    const live = await matrix("--kubeconfig", kubeconfig);
    expect(live.filter(({ gateway }) => gateway === GATEWAY)).toEqual(rows);
    expect(disagreeing(rows, got.before)).toEqual([]);
    // Each row was called for, and it is not only said of calls that get nowhere.
    expect(rows.filter((row) => !CALLS.some((call) => lets(row, call)))).toEqual([]);
    const answers = new Set(got.before);
    for (const answer of ["allowed", "forbidden", "not-found", "closed", "unknown-host"])
      expect(answers).toContain(answer);
  });

  it("is what explain answers", async () => {
    const { evaluate } = evaluator(planEnvironment(environmentOf(before)).map(({ manifest }) => manifest));
    const told = CALLS.map((call) => ({ call, answer: evaluate(call).answer }));
    expect(told.filter(({ answer }, index) => answer !== got.before[index])).toEqual([]);
    // The command takes its time: of each port of a host each answer once.
    const asked = new Map(
      CALLS.map((call, index) => {
        const { host, port, claims, headers } = call;
        const expected = got.before[index] ?? "";
        return [JSON.stringify([host, port, claims, headers, expected]), { call, expected }];
      }),
    );
    expect(asked.size).toBeGreaterThan(25);
    const said: unknown[] = [];
    for (const some of inParts([...asked.values()], 2))
      said.push(...(await Promise.all(some.map(({ call }) => explained(call)))));
    expect(said).toEqual([...asked.values()].map(({ call, expected }) => ({ call, answer: expected })));
  });

  const explained = async (call: Probe) => {
    const { principal, scheme, host, port, path = "", method, headers = {}, claims } = call;
    const [, , namespace, , account] = principal.split("/");
    const text = await sallyport([
      ...["explain", before, "--from", `${namespace}/${account}`, "--format", "json"],
      ...["--to", `${scheme}://${host}:${port}${path}`],
      ...(method === undefined ? [] : ["--method", method]),
      ...Object.keys(headers).flatMap((name) =>
        valuesOf(headers, name).flatMap((value) => ["--header", `${name}:${value}`]),
      ),
      ...(claims === undefined ? [] : ["--claims", JSON.stringify(claims)]),
    ]);
    return { call, answer: (JSON.parse(text) as { readonly answer: string }).answer };
  };

  it("changes as the diff says", async () => {
    const text = await sallyport(["diff", before, after, "--format", "json"], 3);
    const { environments } = JSON.parse(text) as { readonly environments: readonly Compared[] };
    const { gained = [], lost = [] } = environments[0]?.diff?.access ?? {};
    await rollOut(["apply"], after);
    got.after = await askAll(client, CALLS);
    expect(disagreeing(await matrix(after), got.after)).toEqual([]);
    const came = CALLS.filter((_, index) => isAllowed(got.after, index) && !isAllowed(got.before, index));
    const went = CALLS.filter((_, index) => isAllowed(got.before, index) && !isAllowed(got.after, index));
    for (const [changes, calls] of [
      [gained, came],
      [lost, went],
    ] as const) {
      expect(changes.length).toBeGreaterThan(1);
      expect(calls.filter((call) => !changes.some((row) => lets(row, call)))).toEqual([]);
      expect(patternsOf(changes).filter((row) => !calls.some((call) => lets(row, call)))).toEqual([]);
    }
  });
});

function lets(
  row: Row,
  { principal, host, port, path = "/", method = "GET", headers = {}, claims = {} }: Probe,
) {
  const texts = Object.entries(claims).map(([name, value]) => [name, String(value)]);
  const call = { principal, host, path, method, headers, claims: Object.fromEntries(texts) };
  return row.isRoutable && row.port === port && rowLets(row, call);
}

function isAllowed(answers: readonly string[], index: number): boolean {
  return answers[index] === "allowed";
}

/** The calls that get to their host though no row says so, and those that one promises and that do not. */
function disagreeing(rows: readonly Row[], answers: readonly string[]) {
  return CALLS.map((call, index) => ({
    call,
    answer: answers[index],
    said: rows.some((row) => lets(row, call)),
  })).filter(({ said }, index) => said !== isAllowed(answers, index));
}

/** Changes with one pattern of requests each. */
function patternsOf(changes: readonly AccessChange[]): AccessChange[] {
  return changes.flatMap((change) => change.allowed.map((one) => ({ ...change, allowed: [one] })));
}

/** A list in parts of some length. */
function inParts<T>(list: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / length) }, (_, index) =>
    list.slice(index * length, (index + 1) * length),
  );
}
