import { type Capture, capture, type Place } from "../../lab/network/capture.ts";
import { type Client, commandRow, type Step, type World } from "../document.ts";
import { logRow } from "../gateway-log.ts";
import type { Row } from "../row.ts";
import { NAMESPACE } from "./gateway.ts";

/** What of a call for the forbidden topic could be read by whoever sees the packets: its path, and the page's title. */
const PLAIN = ["/politics", "CNN Politics"];

/** HTTP with origination beside the application's own TLS: what each lets a gateway see, and whoever is in between. */
export function comparison(world: World, client: Client): Step {
  const title = (url: string): Row =>
    commandRow(
      world,
      client,
      { step: url, command: `curl -s -m 10 ${url}`, expected: "CNN Politics: the lab's edition" },
      (page) => /<title>(.*)<\/title>/.exec(page)?.[1] ?? "no title",
    );
  const http = "http://edition.cnn.com/politics";
  const https = "https://edition.cnn.com/politics";
  return {
    title: "Comparison with HTTPS",
    file: "stacks/lab/002-comparison.yaml",
    rows: [
      title(http),
      title(https),
      seenRow(world, client, http, "DownstreamEnd GET /politics 200"),
      seenRow(world, client, https, "TcpUpstreamConnected edition.cnn.com, TcpConnectionEnd edition.cnn.com"),
      packetsRow(world, client, "hop", http, "nothing plain"),
      packetsRow(world, client, "outside", http, "nothing plain"),
      packetsRow(world, client, "hop", https, "nothing plain"),
      packetsRow(world, client, "outside", https, "nothing plain"),
      // A host without TLS shows that the packets are read aright.
      packetsRow(world, client, "hop", "http://echo.example.com/politics", "nothing plain"),
      packetsRow(world, client, "outside", "http://echo.example.com/politics", "/politics"),
    ],
  };
}

/** What the gateway's log knows of a call: each kind of line by its fields. */
function seenRow(world: World, client: Client, url: string, expected: string): Row {
  return logRow(
    world,
    { namespace: NAMESPACE, client, command: `curl -s -m 10 -o /dev/null ${url}` },
    (line) =>
      ["event", "method", "path", "code", "sni"]
        .map((field) => line[field])
        .filter((value) => value !== undefined)
        .join(" "),
    expected,
  );
}

const PLACES: Readonly<Record<Place, string>> = {
  hop: "between the pod and the gateway",
  outside: "between the gateway and the host",
};

/** What the packets of a call show in plain text. */
function packetsRow(world: World, client: Client, place: Place, url: string, expected: string): Row {
  return {
    step: `packets ${PLACES[place]}`,
    command: `tcpdump; curl ${url}`,
    expected,
    answer: async () => {
      const running: Capture = await capture(place);
      const { exitCode } = await world.shell(client, `curl -s -m 10 -o /dev/null ${url}`);
      const packets = await running.stop();
      if (exitCode !== 0) return `exit ${exitCode}`;
      return PLAIN.filter((text) => packets.includes(text)).join(", ") || "nothing plain";
    },
  };
}
