import { jsonLines } from "../json-lines.ts";
import type { Row } from "../row.ts";
import type { World } from "./world.ts";

export const HOST = "edition.cnn.com";
export const HTTP_URL = `http://${HOST}/politics`;
export const HTTPS_URL = `https://${HOST}/politics`;

/** How a call is made that differs from most. */
interface Calling {
  /** `deploy/sleep` by default. */
  readonly pod?: string;
  /** The host's address; the lab's own in IPv4 by default. */
  readonly address?: string | undefined;
  /** How long the answer may take; 5 by default. */
  readonly seconds?: number | undefined;
}

/** The codes that a chain of redirects gave, then curl's exit code where it is not 0: `301 200`, `301 exit 35`. */
export async function codes(
  world: World,
  namespace: string,
  url: string,
  { pod, address = world.internet?.address, seconds = 5 }: Calling = {},
): Promise<string> {
  // A pod without DNS is told the address.
  const resolved = address === undefined ? [] : ["--resolve", `${HOST}:443:${address}`];
  const curl = ["curl", "-sS", "-L", "-m", `${seconds}`, ...resolved, "-o", "/dev/null", "-D", "-", url];
  const { stdout, exitCode } = await world.kubectl.exec(namespace, curl, pod);
  const found = [...stdout.matchAll(/^HTTP\/[\d.]+ (\d+)/gm)].map(([, code]) => code);
  return [...found, ...(exitCode === 0 ? [] : [`exit ${exitCode}`])].join(" ");
}

/** A row of one call from the default namespace. */
export function callRow(world: World, step: string, url: string, expected: string): Row {
  return {
    step,
    command: `curl ${url === HTTP_URL ? "-L " : ""}${url}`,
    expected,
    answer: () => codes(world, "default", url),
  };
}

/** The gateway's running pods by name. The autoscaler may add one at any time, which has no log before it runs. */
export async function gatewayPods({ kubectl }: World): Promise<string[]> {
  const names = await kubectl.run([
    "get",
    "pods",
    "-n",
    "egress",
    "-l",
    "egress.sallyport.dev/gateway=egress",
    "--field-selector=status.phase=Running",
    "-o",
    "name",
  ]);
  return names.split("\n").filter((name) => name !== "");
}

/** Envoy's counters of all gateway pods whose names begin so, added up. */
export async function counterSum(world: World, prefix: string): Promise<number> {
  let sum = 0;
  for (const pod of await gatewayPods(world)) {
    const { stdout } = await world.kubectl.exec(
      "egress",
      ["pilot-agent", "request", "GET", "stats"],
      pod,
      "istio-proxy",
    );
    for (const line of stdout.split("\n"))
      if (line.startsWith(prefix)) sum += Number(line.split(": ")[1] ?? 0);
  }
  return sum;
}

/** A line of the gateway's access log; a field without a value is left out. */
interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly method?: string;
  readonly path?: string;
  readonly code?: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly host?: string;
  readonly upstream?: string;
  readonly cluster?: string;
  readonly sni?: string;
}

/** Envoy writes its lines, and counts connections, within seconds of their end. */
export const TOLD_MILLISECONDS = 10_000;

/** The last lines of all gateway pods' logs that tell of all calls. */
export async function gatewayLog(world: World): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (const pod of await gatewayPods(world)) {
    const text = await world.kubectl.run(["logs", "-n", "egress", pod, "--tail=200"]);
    lines.push(...jsonLines<LogLine>(text));
  }
  return lines.filter(({ level }) => level === "info");
}

/** The firewall also counts what connections of before send again: only what it counts at each of these tries is meant. */
const TRIES = 3;

/** What tries to get out came to, and which part refused them. */
export async function wayRound(
  world: World,
  namespace: string,
  url: string,
  calling: Calling,
): Promise<string> {
  const drops = async () => (await world.internet?.drops()) ?? 0;
  let got = "";
  for (let tried = 0; tried < TRIES; tried++) {
    const before = await drops();
    got = await codes(world, namespace, url, calling);
    if (/^2/.test(got)) return `${got}, let through`;
    if (got === "403") return "403, refused by the gateway";
    if ((await drops()) === before)
      return `${got}, refused by the ${got === "exit 28" ? "lockdown" : "sidecar"}`;
  }
  return `${got}, refused by the firewall`;
}
