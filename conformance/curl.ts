import type { Probe } from "../access/evaluate/evaluate.ts";
import { valuesOf } from "../access/evaluate/request.ts";
import { internet } from "../lab/addresses.ts";
import type { Kubectl } from "../walk/kubectl.ts";
import { TOKEN_HEADER, tokenOf } from "./tokens.ts";

/** How long a server that only greets is listened to, in seconds. */
const GREETING = 6;
const LIMIT = 15;
/** Calls that a pod makes at a time are many; what each asks is read from the standard input. */
const CURL = [
  ...["curl", "--disable", "--silent", "--config", "-"],
  // Or curl waits for a first answer before it connects to the same address again, and some calls never end.
  ...["--parallel", "--parallel-immediate", "--parallel-max", "25"],
];

/**
 * What curl gets for each probe, in their order, from the pod of its account: each pod asks many at a time.
 *
 * @returns an answer in the evaluator's words, or what curl said where there is no word for it
 * @throws if a pod can't be asked
 */
export async function askAll(kubectl: Kubectl, probes: readonly Probe[]): Promise<string[]> {
  const answers = new Map<number, string>();
  const numbered = probes.map((probe, index) => ({ probe, index }));
  const byPod = Map.groupBy(numbered, ({ probe }) => probe.principal);
  await Promise.all(
    [...byPod].map(async ([principal, own]) => {
      const [, , namespace = "", , account = ""] = principal.split("/");
      const settings = own.map(({ probe, index }) => transfer(probe, index)).join("next\n");
      const { stdout, stderr } = await kubectl.try(
        [
          "exec",
          "--stdin",
          `--namespace=${namespace}`,
          `deploy/${account}`,
          "--container=sleep",
          "--",
          ...CURL,
        ],
        settings,
      );
      for (const [, index, code, exit, bytes] of stdout.matchAll(/^probe (\d+) (\d+) (\d+) (\d+)$/gm)) {
        const scheme = probes[Number(index)]?.scheme ?? "http";
        answers.set(Number(index), answerOf(scheme, Number(code), Number(exit), Number(bytes)));
      }
      const missing = own.filter(({ index }) => !answers.has(index)).length;
      if (missing > 0)
        throw new Error(`${principal} did not answer ${missing} of ${own.length} calls: ${stderr}`);
    }),
  );
  return [...answers].sort(([a], [b]) => a - b).map(([, answer]) => answer);
}

function transfer(probe: Probe, index: number): string {
  const { scheme, host, port, authority, method = "GET", path = "/", headers = {}, claims } = probe;
  const isTcp = scheme === "tcp";
  const lines: (readonly [string, string] | string)[] = [
    ["url", `${isTcp ? "http" : scheme}://${host}:${port}/`],
    ["output", "/dev/null"],
    ["write-out", `probe ${index} %{http_code} %{exitcode} %{size_download}\n`],
    ["max-time", String(isTcp ? GREETING : LIMIT)],
    // Whatever the name, so that it need not exist.
    ["connect-to", `::${isTcp ? host : internet.web}:`],
    "insecure",
    "globoff",
    ...(isTcp ? ["http0.9"] : []),
    ...(scheme === "http"
      ? [
          ["request", method] as const,
          ["request-target", path] as const,
          ["header", `Host: ${authority ?? (port === 80 ? host : `${host}:${port}`)}`] as const,
          ...Object.keys(headers).flatMap((name) =>
            valuesOf(headers, name).map((value) => ["header", `${name}: ${value}`] as const),
          ),
          ...(claims === undefined ? [] : [["header", `${TOKEN_HEADER}: ${tokenOf(claims)}`] as const]),
        ]
      : []),
  ];
  return lines
    .map((line) => (typeof line === "string" ? `${line}\n` : `${line[0]} = "${quoted(line[1])}"\n`))
    .join("");
}

function quoted(text: string): string {
  return text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n");
}

const ANSWERS: Readonly<Record<number, string>> = {
  200: "allowed",
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  502: "unknown-host",
  503: "unavailable",
};
/** TLS that fails, and connections that end or are reset. */
const CLOSED = [1, 16, 35, 52, 55, 56];

function answerOf(scheme: Probe["scheme"], code: number, exit: number, bytes: number): string {
  if (scheme === "tcp" && bytes > 0) return "allowed";
  if (exit === 0) return ANSWERS[code] ?? `HTTP ${code}`;
  return CLOSED.includes(exit) ? "closed" : `curl exit ${exit}`;
}
