import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { execa } from "execa";
import { afterEach, describe, expect, it, vi } from "vitest";
import { KINDS } from "../../plan/kinds.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { gateway, istio, policy, READER } from "../access/manifests.ts";
import { folderOf } from "../folders.ts";
import { environmentOf } from "../stacks.ts";
import { sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const FILE = "stacks/lab/002.yaml";
const PLAN = planEnvironment(environmentOf(FILE)).map(({ manifest }) => manifest);

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

/** What Istio brings besides what a plan may hold. */
const OTHERS: readonly Kind[] = [
  { apiVersion: "networking.istio.io/v1beta1", kind: "VirtualService", plural: "virtualservices" },
  { apiVersion: "networking.istio.io/v2", kind: "Surprise", plural: "surprises" },
  { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", plural: "httproutes" },
  { apiVersion: "v1", kind: "Secret", plural: "secrets" },
];

let server: Server | undefined;
afterEach(() => server?.close());

/** An API server that has some objects, gives two of a list at a time, and keeps what is forbidden to itself. */
async function apiServer(
  objects: readonly Manifest[],
  { forbidden = [] as readonly string[], kinds = [...KINDS, ...OTHERS] as readonly Kind[], mesh = "{}" } = {},
) {
  const asked: string[] = [];
  server = createServer(({ url = "" }, response) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    asked.push(pathname);
    const [, plural = ""] = /\/v[^/]*\/([^/]+)$/.exec(pathname) ?? [];
    const answer = (body: object, code = 200) => response.writeHead(code).end(JSON.stringify(body));
    const versionOf = (path: string) =>
      path.replace(/^\/apis?\//, "").replace(/\/[a-z]+$/, (end) => (plural === "" ? end : ""));
    if (pathname === "/apis") {
      const versions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))].filter((one) =>
        one.includes("/"),
      );
      const groups = Map.groupBy(versions, (one) => one.split("/")[0] ?? "");
      const named = (groupVersion: string) => ({ groupVersion });
      return answer({
        groups: [...groups.values()].map((own) => ({
          preferredVersion: named(own[0] ?? ""),
          versions: own.map(named),
        })),
      });
    }
    if (pathname === "/api/v1/namespaces/istio-system/configmaps/istio")
      return forbidden.includes("istio")
        ? answer({ message: "istio is forbidden" }, 403)
        : answer({ data: { mesh } });
    const own = kinds.filter(({ apiVersion }) => apiVersion === versionOf(pathname));
    if (plural === "")
      return answer({
        resources: own.flatMap(({ kind, plural: name }) => [
          { name, kind, verbs: ["get", "list"] },
          { name: `${name}/status`, kind, verbs: ["get"] },
        ]),
      });
    if (forbidden.includes(plural)) return answer({ message: `${plural} is forbidden` }, 403);
    const found = own.find((one) => one.plural === plural);
    const all = objects.filter(
      ({ kind, apiVersion }) => kind === found?.kind && apiVersion === found.apiVersion,
    );
    const start = Number(searchParams.get("continue") ?? 0);
    return answer({
      items: all.slice(start, start + 2).map(({ apiVersion: _, kind: __, ...item }) => item),
      metadata: start + 2 < all.length ? { continue: String(start + 2) } : {},
    });
  });
  await new Promise<void>((ready) => server?.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  const text = `apiVersion: v1\nkind: Config\nclusters: [{ name: c, cluster: { server: 'http://127.0.0.1:${port}', insecure-skip-tls-verify: true } }]\ncontexts: [{ name: c, context: { cluster: c, user: '' } }]\n`;
  const kubeconfig = `${folderOf({ "kubeconfig.yaml": text })}/kubeconfig.yaml`;
  return { asked, access: ["--context", "c", "--kubeconfig", kubeconfig] };
}

async function matrix(args: readonly string[]) {
  const { stdout, stderr, exitCode } = await execa(process.execPath, ["cli/main.ts", "matrix", ...args], {
    reject: false,
  });
  return { stdout, stderr, exit: exitCode };
}

describe("sallyport matrix of a cluster", () => {
  it("is the file's where the cluster has what the file takes, and reads no Secret", async () => {
    const { access, asked } = await apiServer(PLAN);
    const live = await matrix([...access, "--format", "csv"]);
    expect(live).toEqual({
      stdout: sallyport(["matrix", FILE, "--format", "csv"]).stdout.trimEnd(),
      stderr: "",
      exit: 0,
    });
    expect(asked.filter((path) => path.endsWith("/secrets"))).toEqual([]);
  });

  it("marks what objects of others let happen, and tells what is not judged", async () => {
    const theirs = policy("ALLOW", [{ from: [{ source: { principals: [READER] } }] }], "theirs");
    const labels = PLAN.find(({ kind }) => kind === "AuthorizationPolicy")?.spec;
    const gateway = PLAN.find(({ kind }) => kind === "Gateway")?.metadata.namespace ?? "";
    const foreign: Manifest = {
      ...theirs,
      metadata: { name: "theirs", namespace: gateway },
      spec: { ...Object(theirs.spec), selector: Object(labels).selector },
    };
    const surprise = { ...istio("Surprise", "new", {}), apiVersion: "networking.istio.io/v2" };
    const route = { ...istio("HTTPRoute", "route", {}), apiVersion: "gateway.networking.k8s.io/v1" };
    const { access } = await apiServer([...PLAN, foreign, surprise, route]);
    const { stdout, stderr } = await matrix([...access, "--format", "json"]);
    const { rows } = JSON.parse(stdout) as { rows: { namespace: string; isForeign: boolean }[] };
    expect(rows.filter(({ namespace }) => namespace === "news").map(({ isForeign }) => isForeign)).toContain(
      true,
    );
    expect(
      rows.filter(({ namespace }) => namespace !== "news").map(({ isForeign }) => isForeign),
    ).not.toContain(true);
    expect(stderr.split("\n")).toEqual([
      "not judged: Surprise/egress/new has the version v2, which is not known",
      "not judged: HTTPRoute/egress/route is of a kind that is not read",
    ]);
  });

  it("takes the mesh as its own settings have it, and tells where it can't read them", async () => {
    const rowsOf = async (settings: Parameters<typeof apiServer>[1], principal: string) => {
      const theirs = policy("ALLOW", [{ from: [{ source: { principals: [principal] } }] }], "theirs");
      const { access } = await apiServer([...gateway(), theirs], settings);
      const { stdout, stderr } = await matrix([...access, "--format", "json"]);
      server?.close();
      const { rows } = JSON.parse(stdout) as { rows: readonly unknown[] };
      return { callers: rows.length > 0, stderr };
    };
    const mesh = "trustDomain: example.org";
    const patterned = "example.org/ns/news/sa/reader";
    expect(await rowsOf({ mesh }, patterned)).toEqual({ callers: true, stderr: "" });
    expect(await rowsOf({ mesh }, READER)).toEqual({ callers: true, stderr: "" });
    expect((await rowsOf({ forbidden: ["istio"] }, READER)).stderr).toBe(
      "not judged: ConfigMap/istio-system/istio can't be read (403), so that the mesh is taken to have Istio's own defaults",
    );
  });

  it("says nothing of a cluster that it may read in part alone", async () => {
    const { access } = await apiServer(PLAN, { forbidden: ["virtualservices", "services"] });
    const { stdout, stderr, exit } = await matrix(access);
    expect({ stdout, exit }).toEqual({ stdout: "", exit: 2 });
    expect(stderr).toMatch(
      /this user may not list services, virtualservices\.networking\.istio\.io in all namespaces\n {2}fix: get a ClusterRole with the verb list/,
    );
  });

  it("says that a cluster has no Istio", async () => {
    const kinds = KINDS.filter(({ apiVersion }) => !apiVersion.includes("istio.io"));
    const { access } = await apiServer([], { kinds });
    const { stdout, stderr, exit } = await matrix(access);
    expect({ stdout, exit }).toEqual({ stdout: "", exit: 2 });
    expect(stderr).toContain("has no VirtualService");
  });

  it("takes a path or a cluster, one of them", () => {
    for (const args of [[], [FILE, "--context", "c"]]) {
      const { stdout, stderr, exit } = sallyport(["matrix", ...args]);
      expect({ stdout, exit }).toEqual({ stdout: "", exit: 1 });
      expect(stderr).toContain("name a path or, with --context, a cluster");
    }
  });
});
