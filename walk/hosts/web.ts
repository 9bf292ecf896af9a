import { nodes } from "../../lab/addresses.ts";
import type { Received } from "../../lab/internet/exchange.ts";
import { poll } from "../poll.ts";
import type { Row } from "../row.ts";
import { loggedRow } from "./logged.ts";
import { codeOf, commandRow, stepOf, type World } from "./world.ts";

/** Headers that would tell the outside of a pod or a trace. */
const TELLING = [
  "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "X-Forwarded-For: 10.0.0.1",
  "Forwarded: for=10.0.0.1",
  "X-Real-IP: 10.0.0.1",
  "uber-trace-id: 1:2:0:1",
  "X-Amzn-Trace-Id: Root=1-2-3",
  "ot-tracer-spanid: 1",
  "sw8-correlation: a",
  "x-datadog-tags: a=b",
  "elastic-apm-traceparent: a",
  "newrelic: a",
] as const;

/** What Envoy says of a host whose certificate it does not take, and of one that speaks no TLS of today. */
const UNVERIFIED = "CERTIFICATE_VERIFY_FAILED";
const TOO_OLD = "TLSV1_ALERT_PROTOCOL_VERSION";

/** HTTP in each of its modes: who gets there, over which connection, and what the host learns. */
export function webRows(world: World): Row[] {
  const row = (step: string, command: string, expected: string, account?: "other") =>
    commandRow(world, stepOf(step, account), command, expected, account);
  const refused = (step: string, host: string, reason: string) =>
    loggedRow(world, { row: row(step, codeOf(`http://${host}/`), "503"), host, reason });
  const received = (step: string, url: string, expected: string, options?: string) =>
    receivedRow(world, step, url, expected, options);
  const telling = TELLING.map((header) => `-H '${header}'`).join(" ");
  return [
    row("none", codeOf("http://echo.example.com/"), "200"),
    row("none", codeOf("http://echo.example.com/"), "403", "other"),
    row("none: a port of its own", codeOf("http://echo.example.com:8080/"), "200"),
    row("none: a port of its own", codeOf("http://echo.example.com:8080/"), "403", "other"),
    row(
      "none: the port said aloud",
      codeOf("http://echo.example.com/", "-H 'Host: echo.example.com:80'"),
      "200",
    ),
    row(
      "none: another port said",
      codeOf("http://echo.example.com:8080/", "-H 'Host: echo.example.com:22'"),
      "403",
    ),
    received(
      "none: what the host received",
      "http://echo.example.com/",
      "http 1.1, no TLS, from a node; accept host user-agent",
      telling,
    ),
    received(
      "none: on another port",
      "http://echo.example.com:8080/",
      "http 1.1, no TLS, from a node; accept host user-agent",
    ),
    row("originate", codeOf("http://edition.cnn.com/politics"), "200"),
    row("originate", codeOf("http://edition.cnn.com/politics"), "403", "other"),
    row("originate beside passthrough", codeOf("https://edition.cnn.com/politics"), "200"),
    row("originate beside passthrough", codeOf("https://edition.cnn.com/politics"), "000 exit 35", "other"),
    refused("originate: an expired certificate", "expired.example.com", UNVERIFIED),
    refused("originate: another name's certificate", "wrong-name.example.com", UNVERIFIED),
    refused("originate: a certificate of its own", "self-signed.example.com", UNVERIFIED),
    refused("originate: TLS 1.1 at most", "old.example.com", TOO_OLD),
    refused(
      "originate: shows no certificate, where one is asked for",
      "plain.mutual.example.com:8080",
      "connection_termination",
    ),
    row("originate: not verified, said aloud", codeOf("http://self-signed.example.com:8080/"), "200"),
    row("originate: a private authority, given", codeOf("http://private.example.com/"), "200"),
    row("originate: a private authority, not given", codeOf("http://private.example.com:8080/"), "503"),
    {
      step: "mutual: whom the host saw",
      command: "curl -s http://mutual.example.com/",
      expected: "CN=first, O=lab",
      answer: () => clientSeen(world),
    },
    refused("mutual: an expired certificate", "expired.example.com:8443", UNVERIFIED),
    refused("mutual: another name's certificate", "wrong-name.example.com:8443", UNVERIFIED),
    refused("mutual: an authority that is not in its Secret", "private.example.com:8443", UNVERIFIED),
    refused("mutual: TLS 1.1 at most", "old.example.com:8080", TOO_OLD),
    row("mutual", codeOf("http://mutual.example.com/"), "403", "other"),
    {
      step: "mutual: the Secret is rotated, the pods stay",
      command: "kubectl apply -f secret.yaml; curl -s http://mutual.example.com/, many at once",
      expected: "CN=second, O=lab, on new connections of the same pods",
      answer: () => rotated(world),
    },
    ...Object.entries({
      none: "any.wild.example.com:8080",
      originate: "any.wild.example.com",
      mutual: "any.mutual.example.com",
    }).flatMap(([mode, host]) => [
      row(`wildcard over HTTP, ${mode}`, codeOf(`http://${host}/`), "200"),
      row(`wildcard over HTTP, ${mode}`, codeOf(`http://${host}/`), "403", "other"),
    ]),
    received(
      "wildcard over HTTP, none: what the host received",
      "http://any.wild.example.com:8080/",
      "http 1.1, no TLS, from a node; accept host user-agent",
      telling,
    ),
    ...Object.entries({
      originate: "private.example.com",
      mutual: "mutual.example.com",
      wildcard: "any.wild.example.com",
      "wildcard, mutual": "any.mutual.example.com",
    }).flatMap(([mode, host]) => [
      received(
        `${mode}: what the host received`,
        `http://${host}/`,
        `https 1.1, TLS to ${host}, from a node; accept host user-agent`,
        telling,
      ),
      received(
        `${mode}: HTTP/2 stays HTTP/2`,
        `http://${host}/`,
        `https 2.0, TLS to ${host}, from a node; :authority :method :path :scheme accept user-agent`,
        `--http2-prior-knowledge ${telling}`,
      ),
    ]),
    grpcRow(world, "none", "grpc.example.com:50051"),
    grpcRow(world, "originate", "grpc.example.com"),
    grpcRow(world, "mutual", "mutual.example.com:50051"),
    grpcRow(world, "a wildcard, none", "grpc.wild.example.com:8080"),
    grpcRow(world, "a wildcard, originate", "grpc.wild.example.com"),
    grpcRow(world, "a wildcard, mutual", "grpc.mutual.example.com"),
    webSocketRow(world, "none", "ws.example.com", 80),
    webSocketRow(world, "originate", "wss.example.com", 80),
    webSocketRow(world, "originate, in a cluster of its own", "ws.example.com", 8080),
    webSocketRow(world, "mutual", "mutual.example.com", 8443),
    webSocketRow(world, "a wildcard, none", "ws.wild.example.com", 8080),
    webSocketRow(world, "a wildcard, originate", "ws.wild.example.com", 80),
    webSocketRow(world, "a wildcard, mutual", "ws.mutual.example.com", 80),
    row("a gateway of its own", codeOf("http://developers.google.com/"), "200"),
    {
      step: "a gateway of its own: who served it",
      command: "kubectl logs -n hosts-second deploy/second",
      expected: "developers.google.com 200",
      answer: async () => {
        return /"code":200,.*"host":"developers\.google\.com"/.test(await world.logOf("second"))
          ? "developers.google.com 200"
          : "not in its log";
      },
    },
  ];
}

/** A row of what the echo site got. */
export function receivedRow(world: World, step: string, url: string, expected: string, options = ""): Row {
  return {
    step,
    command: `curl -s ${options} ${url}`,
    expected,
    answer: async () => {
      const { stdout } = await world.shell(`curl -s -m 20 ${options} ${url}`);
      return describe(JSON.parse(stdout) as Received);
    },
  };
}

function describe({ scheme, httpVersion, headers, sni, remoteAddress }: Received): string {
  const names = Object.keys(headers).sort().join(" ");
  const from = nodes.some(({ address }) => address === remoteAddress) ? "a node" : remoteAddress;
  return `${scheme} ${httpVersion}, ${sni === null ? "no TLS" : `TLS to ${sni}`}, from ${from}; ${names}`;
}

async function clientSeen({ shell }: World): Promise<string> {
  const { stdout } = await shell("curl -s -m 10 http://mutual.example.com/");
  return (JSON.parse(stdout) as Received).clientCertificate ?? "no certificate";
}

/** A Secret reaches the gateway by itself: so long may that take. */
const ROTATION_MILLISECONDS = 20_000;

/** Gives the gateway another client certificate, and calls until the host has seen it. */
async function rotated({ issueClientCertificate, shell, kubectl }: World): Promise<string> {
  const pods = () => kubectl.run(["get", "pods", "-n", "hosts-egress", "-o", "name"]);
  const before = await pods();
  await issueClientCertificate("second");
  const seen = await poll(async () => {
    const { stdout } = await shell("seq 20 | xargs -P 20 -I{} curl -s -m 10 http://mutual.example.com/?{}");
    return stdout.includes("CN=second, O=lab") ? "CN=second, O=lab" : undefined;
  }, ROTATION_MILLISECONDS);
  if (seen === undefined) return "CN=first alone";
  return `${seen}, on new connections of ${(await pods()) === before ? "the same" : "other"} pods`;
}

/** `lab.Echo/Say` with the text «hello»: a message of 7 bytes behind its 5 bytes of frame. */
function grpcRow(world: World, mode: string, authority: string): Row {
  const message = "\\000\\000\\000\\000\\007\\012\\005hello";
  const curl = `curl -s -m 10 --http2-prior-knowledge -i -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- http://${authority}/lab.Echo/Say`;
  return foundRow(world, `gRPC by ${mode}`, `printf '${message}' | ${curl}`, [
    "HTTP/2 200",
    "hello",
    "grpc-status: 0",
  ]);
}

/** An upgrade, then a frame of five letters under a mask of zeros. */
function webSocketRow(world: World, mode: string, host: string, port: number): Row {
  const upgrade = [
    "GET / HTTP/1.1",
    `Host: ${host}${port === 80 ? "" : `:${port}`}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    "",
    "",
  ].join("\\r\\n");
  const frame = "\\201\\205\\000\\000\\000\\000hello";
  const call = `(printf '${upgrade}'; sleep 1; printf '${frame}'; sleep 1) | curl -s -m 4 telnet://${host}:${port}`;
  return foundRow(world, `WebSocket by ${mode}`, call, ["HTTP/1.1 101", "hello"]);
}

/** A row of a command that prints more than text: which of the expected parts are in it. */
function foundRow(world: World, step: string, command: string, parts: readonly string[]): Row {
  return {
    step,
    command,
    expected: parts.join(", "),
    answer: async () => {
      const { stdout } = await world.shell(command);
      return parts.filter((part) => stdout.includes(part)).join(", ");
    },
  };
}
