import type { Row } from "../row.ts";
import { loggedRow, refusedRow } from "./logged.ts";
import { codeOf, commandRow, NAMESPACE, startNameServer, type World } from "./world.ts";

/** What goes wrong outside, or is sent wrongly: a clear code, no crash, no way round. */
export function faultRows(world: World): Row[] {
  const row = (step: string, command: string, expected: string) => commandRow(world, step, command, expected);
  const logged = (step: string, url: string, expected: string, reason: string, options?: string) =>
    loggedRow(world, {
      row: row(step, codeOf(url, options), expected),
      host: new URL(url).host,
      reason,
    });
  const refused = (step: string, command: string, expected: string, reason: string) =>
    refusedRow(world, row(step, command, expected), reason);
  // The name is not in DNS.
  const unknown = (port: number) => toldAddress("missing.example.com", port);
  return [
    logged("a host that is down", "http://down.example.com/", "503", "Connection_refused"),
    logged("a host that is down, by TLS", "https://down.example.com/", "000 exit 35", "UF"),
    logged(
      "a host that is down, in a cluster of its own",
      "http://down.example.com:8080/",
      "503",
      "Connection_refused",
    ),
    logged("a host that is silent", "http://silent.example.com/", "503", "connection_timeout"),
    logged(
      "a name that does not resolve",
      "http://missing.example.com/",
      "503",
      "dns_resolution_failure",
      unknown(80),
    ),
    logged(
      "a name that does not resolve, by TLS",
      "https://missing.example.com/",
      "000 exit 35",
      "UH",
      unknown(443),
    ),
    logged(
      "a name that does not resolve, in a cluster of its own",
      "http://missing.example.com:8080/",
      "503",
      "UH",
      unknown(8080),
    ),
    {
      step: "a name that did not resolve while the name service was away",
      command:
        "kubectl scale -n kube-system deploy/coredns, to 0 and back; curl -s http://later.wild.example.com/",
      expected: "503, soon 200",
      answer: () => withoutNames(world),
    },
    ...Object.entries({
      "a client certificate that is not there": "mutual.example.com:8080",
      "an authority that is not there": "edition.cnn.com:8080",
    }).map(([step, host]) =>
      loggedRow(world, {
        row: row(step, codeOf(`http://${host}/`), "503"),
        host,
        reason: "Secret_is_not_supplied_by_SDS",
        gateway: "second",
      }),
    ),
    loggedRow(world, {
      row: row(
        "a host that cuts its answer",
        "curl -s -m 10 http://stream.example.com/cut",
        "so far and exit 18",
      ),
      host: "stream.example.com",
      reason: "upstream_reset_after_response_started",
    }),
    row("an answer within its limit", codeOf("http://stream.example.com:8080/slow?seconds=0"), "200"),
    loggedRow(world, {
      row: row("an answer beyond its limit", codeOf("http://stream.example.com:8080/slow?seconds=3"), "504"),
      host: "stream.example.com:8080",
      reason: "UT",
    }),
    loggedRow(world, {
      row: row(
        "a rate limit",
        `for i in 1 2 3 4; do ${codeOf("http://www.yahoo.com/")}; echo; done | tail -1`,
        "429",
      ),
      host: "www.yahoo.com",
      reason: "local_rate_limited",
    }),
    loggedRow(world, {
      row: row(
        "more at once than a limit lets through",
        "seq 10 | xargs -P 10 -I{} curl -s -m 20 -o /dev/null -w '%{http_code}\\n' 'http://stream.example.com:8443/slow?seconds=3&{}' | sort -u | xargs",
        "200 503",
      ),
      host: "stream.example.com:8443",
      reason: "overflow",
    }),
    row(
      "nearly as many headers as a sidecar takes",
      `seq 95 | sed 's/.*/header = "x-h&: y"/' | ${codeOf("http://echo.example.com/", "-K -")}`,
      "200",
    ),
    refused(
      "2,000 headers",
      `seq 2000 | sed 's/.*/header = "x-h&: y"/' | ${codeOf("http://echo.example.com/", "-K -")}`,
      "431",
      "http1.too_many_headers",
    ),
    // curl ends with one of two codes.
    refused(
      "plain HTTP on the TLS port",
      `${codeOf("http://echo.example.com:443/")} | cut -c1-3`,
      "000",
      "BlackHoleCluster",
    ),
    refused(
      "TLS on the HTTP port",
      codeOf("https://echo.example.com:80/"),
      "000 exit 35",
      "BlackHoleCluster",
    ),
    logged("a name that leads into the cluster", "https://inside.example.com/", "000 exit 35", "UF", "-k"),
    logged(
      "a name that leads to a cloud's metadata",
      "http://metadata.example.com/",
      "503",
      "connection_timeout",
    ),
    ...["inside", "metadata"].flatMap((name) => [
      ...["wild.example.com", "wild.example.com:8080", "mutual.example.com"].map((domain) =>
        logged(`${name}, of a wildcard's name`, `http://${name}.${domain}/`, "503", "connection_timeout"),
      ),
      logged(`${name}, of a wildcard's name`, `https://${name}.wild.example.com/`, "000 exit 35", "UF"),
    ]),
    {
      step: "the gateways and the sidecars are as they were",
      command: "kubectl get pods -n hosts-egress, hosts-second and hosts-client",
      expected: "no restart",
      answer: async () => {
        const counts = await Promise.all(
          ["hosts-egress", "hosts-second", NAMESPACE].map((namespace) =>
            world.kubectl.run([
              "get",
              "pods",
              "-n",
              namespace,
              "-o",
              "jsonpath={.items[*].status['containerStatuses','initContainerStatuses'][*].restartCount}",
            ]),
          ),
        );
        return counts.every((some) => /^[0 ]+$/.test(some)) ? "no restart" : `restarts: ${counts.join(", ")}`;
      },
    },
  ];
}

/** What tells the application some address of a name that it can't resolve itself. */
function toldAddress(host: string, port: number): string {
  return `--resolve ${host}:${port}:198.51.100.10`;
}

/** Much less than the minute for which Envoy keeps a failure by default. */
const SOON_MILLISECONDS = 20_000;

/** Calls a name that nobody called before while there is no name service, and again once it is back. */
async function withoutNames({ kubectl, shell }: World): Promise<string> {
  const call = async () =>
    (await shell(codeOf("http://later.wild.example.com/", toldAddress("later.wild.example.com", 80)))).stdout;
  let first: string;
  try {
    await kubectl.run(["scale", "-n", "kube-system", "deploy/coredns", "--replicas=0", "--timeout=60s"]);
    await kubectl.run([
      "wait",
      "-n",
      "kube-system",
      "--for=delete",
      "pod",
      "-l",
      "k8s-app=kube-dns",
      "--timeout=60s",
    ]);
    first = await call();
  } finally {
    await startNameServer(kubectl);
  }
  const end = performance.now() + SOON_MILLISECONDS;
  let last: string;
  do last = await call();
  while (last !== "200" && performance.now() < end);
  return `${first}, soon ${last}`;
}
