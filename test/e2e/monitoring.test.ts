import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LAB_IMAGE, sleep } from "../../walk/workloads.ts";
import { onCluster } from "./cluster.ts";
import { CLIENT, eventually, HOME, LOCKED, monitoringWorld, namespace, program } from "./monitoring-world.ts";

const COLLECTOR = "mon-collector";
const COLLECTOR_CONFIG = {
  receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } },
  exporters: { debug: { verbosity: "detailed" } },
  service: {
    telemetry: { metrics: { level: "none" } },
    pipelines: { logs: { receivers: ["otlp"], exporters: ["debug"] } },
  },
};

type Line = Readonly<Record<string, string | number>>;

describe("what is told of calls", { timeout: 60_000 }, () => {
  const cluster = onCluster("lab");
  const world = monitoringWorld(cluster);
  const { run } = world.kubectl;

  beforeAll(async () => {
    if (cluster === undefined) return;
    const args = ["--config", `yaml:${JSON.stringify(COLLECTOR_CONFIG)}`];
    await world.put(
      namespace(COLLECTOR),
      ...program(COLLECTOR, "collector", args, 4317),
      sleep(COLLECTOR, LAB_IMAGE),
    );
    await run(["rollout", "status", "-n", COLLECTOR, "deploy/collector", "--timeout=60s"]);
    await world.begin();
  }, 200_000);
  afterAll(async () => {
    if (cluster === undefined) return;
    await world.end();
    await run(["delete", "namespace", COLLECTOR, "--wait=false"]);
  }, 150_000);

  const linesOf = async (pod: string, home: string, container: string): Promise<Line[]> => {
    const text = await run(["logs", "-n", home, pod, "-c", container]);
    return text.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));
  };
  const gateway = () => linesOf("deploy/mon", HOME, "istio-proxy");
  const sidecar = (name = "sleep", home = CLIENT) => linesOf(`deploy/${name}`, home, "istio-proxy");
  /** Our counters as the gateway's Envoy has them. */
  const counters = async () => {
    const ask = ["pilot-agent", "request", "GET", "stats"];
    const { stdout } = await world.kubectl.exec(HOME, ask, "deploy/mon", "istio-proxy");
    return stdout.split("\n").filter((line) => line.startsWith("sallyport_egress"));
  };
  /** The lines that a test's calls made, once there are so many. */
  const some = (ask: () => Promise<Line[]>, of: (line: Line) => boolean, count: number) =>
    eventually(
      async () => (await ask()).filter(of),
      (lines) => lines.length >= count,
      10,
    );

  it("has a line for a request, with who, what and how it went, and no query", async () => {
    expect(
      await world.curl("sleep", "http://edition.cnn.com/health?token=hunter2", "-H", "x-team: blue"),
    ).toBe("200 0");
    const lines = await some(gateway, ({ path }) => path === "/health", 1);
    expect(lines).toEqual([
      expect.objectContaining({
        level: "info",
        host: "edition.cnn.com",
        method: "GET",
        path: "/health",
        protocol: "HTTP/2", // the hop's
        code: 200,
        details: "via_upstream",
        sourcePrincipal: `spiffe://cluster.local/ns/${CLIENT}/sa/default`,
        sourceNamespace: CLIENT,
        sourceAccount: "default",
        rule: expect.stringMatching(/^ns\[mon-egress\]-policy\[mon-originate-80-/),
        upstream: expect.stringMatching(/:443$/),
        userAgent: expect.stringMatching(/^curl/),
        "header.x-team": "blue",
        gateway: "mon",
        pod: expect.stringMatching(/^mon-/),
        durationMs: expect.any(Number),
        bytesSent: expect.any(Number),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      }),
    ]);
  });

  it("says that a secret header was there, and not what it held, anywhere", async () => {
    await world.curl(
      "sleep",
      "http://edition.cnn.com/secret?key=hunter2",
      "-H",
      "authorization: Bearer hunter2",
    );
    const [line] = await some(gateway, ({ path }) => path === "/secret", 2);
    expect(line?.["header.authorization"]).toBe("redacted");
    const places = [
      `-n ${HOME} deploy/mon`,
      `-n ${CLIENT} deploy/sleep -c istio-proxy`,
      `-n ${COLLECTOR} deploy/collector`,
    ];
    for (const place of places) expect(await run(["logs", ...place.split(" ")])).not.toContain("hunter2");
  });

  it("has a second line at level error for what policy refused, and one for what an audit would", async () => {
    expect(await world.curl("sleep", "http://www.google.com/refused")).toBe("403 0");
    const refused = await some(gateway, ({ path }) => path === "/refused", 2);
    const details = "rbac_access_denied_matched_policy[none]";
    expect(refused.map(({ level, code, details }) => [level, code, details])).toEqual([
      ["info", 403, details],
      ["error", 403, details],
    ]);
    expect(await world.curl("sleep", "http://edition.cnn.com/politics")).toBe("200 0");
    const audited = await some(gateway, ({ path }) => path === "/politics", 2);
    const wouldRefuse = expect.stringMatching(/-policy\[mon-audit-[0-9a-f]{10}\]-/);
    expect(audited).toEqual([
      expect.objectContaining({ level: "info", code: 200, wouldRefuse }),
      expect.objectContaining({ level: "error", code: 200, wouldRefuse }),
    ]);
  });

  it("has a line when a TLS connection opens, and one when it closes", async () => {
    const of = ({ sni, level }: Line) => sni === "en.wikipedia.org" && level === "info";
    const held = world.shell(
      CLIENT,
      "sleep",
      "(sleep 6) | timeout 6 openssl s_client -connect en.wikipedia.org:443 -servername en.wikipedia.org >/dev/null 2>&1",
    );
    const open = await some(gateway, of, 1);
    expect(open.map(({ event }) => event)).toEqual(["TcpUpstreamConnected"]);
    expect(open[0]).toMatchObject({ sourceAccount: "default", upstream: expect.stringMatching(/:443$/) });
    await held;
    const both = await some(gateway, of, 2);
    expect(both.map(({ event }) => event)).toEqual(["TcpUpstreamConnected", "TcpConnectionEnd"]);
    expect(new Set(both.map(({ connectionId }) => connectionId)).size).toBe(1);
  });

  it("has a line at level error for a TLS connection that policy ended", async () => {
    expect(await world.curl("sleep", "https://de.wikipedia.org/")).toBe("000 35");
    const lines = await some(gateway, ({ sni }) => sni === "de.wikipedia.org", 2);
    const termination = "rbac_access_denied_matched_policy[none]";
    expect(lines.map(({ level, event, termination }) => [level, event, termination])).toEqual([
      ["info", "TcpConnectionEnd", termination],
      ["error", "TcpConnectionEnd", termination],
    ]);
  });

  it("has a line when a TCP connection opens, and one when it closes", async () => {
    await world.shell(CLIENT, "sleep", "(echo hello; sleep 1) | nc tcp.example.com 5432");
    const lines = await some(gateway, ({ route }) => route === "tcp.example.com", 2);
    expect(lines.map(({ event }) => event)).toEqual([
      "DownstreamTunnelSuccessfullyEstablished",
      "DownstreamEnd",
    ]);
  });

  it("joins the sidecar's line by the request's id, or by the connection's address", async () => {
    await world.curl("sleep", "http://edition.cnn.com/joined");
    await world.curl("sleep", "https://en.wikipedia.org/joined");
    const [request] = await some(sidecar, ({ path }) => path === "/joined", 1);
    const [atGateway] = await some(gateway, ({ path }) => path === "/joined", 1);
    expect(request).toMatchObject({ reporter: "sidecar", sourceAccount: "default" });
    expect(request?.requestId).toBe(atGateway?.requestId);
    const [connection] = await some(sidecar, ({ sni }) => sni === "en.wikipedia.org", 1);
    const same = ({ sourceAddress, event }: Line) =>
      sourceAddress === connection?.localAddress && event === "TcpConnectionEnd";
    expect(await some(gateway, same, 1)).toHaveLength(1);
  });

  it("has nothing of an exempt account, in no log and no counter", async () => {
    expect(await world.curl("quiet", "http://EDITION.cnn.com/quiet")).toBe("404 0");
    expect(await world.curl("quiet", "https://en.wikipedia.org/quiet")).toBe("404 0");
    expect(await world.curl("quiet", "http://down.example.com/loud")).toBe("503 0");
    await some(gateway, ({ path }) => path === "/loud", 1);
    const quiet = (await gateway()).filter(({ sourceAccount }) => sourceAccount === "quiet");
    expect(quiet.map(({ path }) => path)).toEqual(["/loud"]);
    expect(await sidecar("quiet")).toEqual([]);
    const counted = (await counters()).filter((line) => line.includes("/sa/quiet."));
    expect(counted.length).toBeGreaterThan(0);
    expect(counted.filter((line) => !line.includes("host.down.example.com"))).toEqual([]);
  });

  it("counts by a host's plain name and by what decided, and a name that nobody declared as other", async () => {
    // Its spelling is a client's choice, and so is a name without a route.
    const ask = (host: string) => world.curl("sleep", "http://edition.cnn.com/health", "-H", `Host: ${host}`);
    expect(await ask("Edition.CNN.com")).toBe("200 0");
    expect(await world.curl("sleep", "http://edition.cnn.com/health")).toBe("200 0");
    expect(await world.curl("sleep", "http://www.google.com/counted")).toBe("403 0");
    const requests = (await counters()).filter(
      (line) => line.includes(".requests.host.") && line.includes("/sa/default."),
    );
    const label = (host: string, rest: RegExp) =>
      requests.filter((line) => line.includes(`.requests.host.${host}.principal.`) && rest.test(line));
    expect(
      label("edition.cnn.com", /\.code\.200\.rule\.ns\[.*\]-policy\[mon-originate-80-.*\]-rule/),
    ).toHaveLength(1);
    expect(label("other", /\.code\.200\.rule\.ns\[.*\]-policy\[mon-originate-80-.*\]-rule/)).toHaveLength(1);
    expect(label("www.google.com", /\.code\.403\.rule\.none: /)).toHaveLength(1);
    expect(requests.filter((line) => /cnn/i.test(line) && !line.includes("edition.cnn.com"))).toEqual([]);
  });

  it("has what a locked namespace's sidecars refuse themselves", async () => {
    await world.shell(
      LOCKED,
      "sleep",
      "curl -s -m 5 http://edition.cnn.com/x; curl -s -m 5 https://en.wikipedia.org",
    );
    const lines = await some(
      () => sidecar("sleep", LOCKED),
      () => true,
      2,
    );
    expect(lines).toEqual([
      expect.objectContaining({
        level: "error",
        host: "edition.cnn.com",
        code: 502,
        sourceNamespace: LOCKED,
      }),
      expect.objectContaining({
        level: "error",
        cluster: expect.stringMatching(/^BlackHoleCluster/),
        sourceNamespace: LOCKED,
      }),
    ]);
  });

  it("sends both streams to a collector, and the first to a file in the pod", async () => {
    await world.curl("sleep", "http://www.google.com/collected");
    const records = await eventually(
      async () => (await run(["logs", "-n", COLLECTOR, "deploy/collector"])).split("LogRecord #"),
      (all) => all.filter((record) => record.includes("path: Str(/collected)")).length >= 2,
      20,
    );
    const levels = records
      .filter((record) => record.includes("path: Str(/collected)"))
      .map((record) => /level: Str\((\w+)\)/.exec(record)?.[1]);
    // Each has a stream of its own, and either may be first.
    expect(levels.toSorted()).toEqual(["error", "info"]);
    const file = await eventually(
      async () =>
        (await world.kubectl.exec(HOME, ["cat", "/var/log/sallyport/pod.log"], "deploy/mon", "istio-proxy"))
          .stdout,
      (text) => text.includes("/collected"),
      15,
    );
    const lines = file.split("\n").filter((line) => line.includes("/collected"));
    expect(lines.map((line) => (JSON.parse(line) as Line).level)).toEqual(["info"]);
  });

  it("shows the metrics to nobody but the declared Prometheus", async () => {
    const pod = [
      "get",
      "pods",
      "-n",
      HOME,
      "-l",
      "egress.sallyport.dev/gateway=mon",
      "-o",
      "jsonpath={.items[0].status.podIP}",
    ];
    const address = await run(pod);
    // A sidecar would answer for these ports itself.
    const script = (port: number) =>
      `curl -s -o /dev/null -m 2 -w '%{http_code} %{exitcode}' http://${address}:${port}/stats/prometheus`;
    for (const port of [15020, 15090])
      expect((await world.shell(COLLECTOR, "sleep", script(port))).stdout).toBe("000 28");
  });
});
