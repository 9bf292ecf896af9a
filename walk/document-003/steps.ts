import { type Client, commandRow, type Document, type Step, type World } from "../document.ts";
import { readEnvironment } from "../environment.ts";
import { logRow } from "../gateway-log.ts";
import type { Row } from "../row.ts";

const DEFAULT: Client = { namespace: "default", account: "sleep" };
const OTHERNS: Client = { namespace: "otherns", account: "sleep" };
const FOR_GOOGLE: Client = { namespace: "otherns", account: "sleep-google" };
const FOR_YAHOO: Client = { namespace: "otherns", account: "sleep-yahoo" };

const GOOGLE = "developers.google.com";
const YAHOO = "developer.yahoo.com";
/** A host that nobody is ever granted. */
const THIRD = "www.google.com";

/** Document 003: by namespace in the sidecars, then by namespace and account at the gateway. */
export const document003: Document = (world) => {
  const https = (client: Client, host: string, expected: string) =>
    callRow(world, client, "https", host, expected);
  const refused = (client: Client, host: string) => https(client, host, "exit 35");
  return [
    {
      title: "ALLOW_ANY",
      file: "stacks/lab/003-allow-any.yaml",
      clients: [DEFAULT, OTHERNS],
      rows: [https(DEFAULT, GOOGLE, "200"), https(OTHERNS, YAHOO, "200")],
    },
    {
      title: "REGISTRY_ONLY",
      file: "stacks/lab/003-registry-only.yaml",
      rows: [refused(DEFAULT, GOOGLE), refused(OTHERNS, YAHOO), refused(DEFAULT, THIRD)],
    },
    {
      title: "Google for default",
      file: "stacks/lab/003-google-for-default.yaml",
      rows: [
        https(DEFAULT, GOOGLE, "200"),
        refused(DEFAULT, YAHOO),
        refused(OTHERNS, GOOGLE),
        refused(DEFAULT, THIRD),
      ],
    },
    {
      title: "Google for otherns too",
      file: "stacks/lab/003-google-for-both.yaml",
      rows: [
        https(OTHERNS, GOOGLE, "200"),
        https(DEFAULT, GOOGLE, "200"),
        refused(DEFAULT, YAHOO),
        refused(OTHERNS, YAHOO),
        refused(OTHERNS, THIRD),
      ],
    },
    {
      title: "Deleted again",
      file: "stacks/lab/003-registry-only.yaml",
      rows: [DEFAULT, OTHERNS].flatMap((client) => [GOOGLE, YAHOO].map((host) => refused(client, host))),
    },
    atGateway(world, "nothing allowed", "nothing", [
      [DEFAULT, YAHOO, false],
      [OTHERNS, GOOGLE, false],
      [DEFAULT, GOOGLE, false],
      [OTHERNS, YAHOO, false],
    ]),
    atGateway(world, "Google for default", "google-for-default", [
      [DEFAULT, GOOGLE, true],
      [DEFAULT, YAHOO, false],
      [OTHERNS, GOOGLE, false],
      [OTHERNS, YAHOO, false],
    ]),
    atGateway(world, "both hosts for both", "both", [
      [DEFAULT, GOOGLE, true],
      [OTHERNS, YAHOO, true],
      [OTHERNS, GOOGLE, true],
      [DEFAULT, YAHOO, true],
    ]),
    withLog(
      atGateway(world, "refused by namespace", "by-namespace", [
        [DEFAULT, YAHOO, false],
        [OTHERNS, GOOGLE, false],
        [DEFAULT, GOOGLE, true],
        [OTHERNS, YAHOO, true],
      ]),
      policyRows(world, "by-namespace", DEFAULT, YAHOO),
    ),
    withLog(
      {
        ...atGateway(world, "refused by account", "by-account", [
          [FOR_GOOGLE, GOOGLE, true],
          [FOR_GOOGLE, YAHOO, false],
          [FOR_YAHOO, GOOGLE, false],
          [FOR_YAHOO, YAHOO, true],
          [OTHERNS, GOOGLE, true],
          [OTHERNS, YAHOO, true],
          [DEFAULT, GOOGLE, true],
          [DEFAULT, YAHOO, true],
        ]),
        clients: [FOR_GOOGLE, FOR_YAHOO],
      },
      policyRows(world, "by-account", FOR_GOOGLE, YAHOO),
    ),
  ];
};

function withLog(step: Step, log: readonly Row[]): Step {
  return { ...step, rows: [...step.rows, ...log] };
}

/** A state of the gateway's policies, asked over HTTP with origination, then over the application's own TLS. */
function atGateway(
  world: World,
  title: string,
  state: string,
  calls: readonly (readonly [Client, host: string, allowed: boolean])[],
): Step {
  const file = fileOf(state);
  const rows = (scheme: "http" | "https", no: string): Row[] =>
    calls.map(([client, host, allowed]) => callRow(world, client, scheme, host, allowed ? "200" : no));
  return {
    title: `At the gateway: ${title}`,
    file,
    rows: [...rows("http", "403"), ...rows("https", "exit 35")],
  };
}

function fileOf(state: string): string {
  return `stacks/lab/003-gateway-${state}.yaml`;
}

function callRow(
  world: World,
  client: Client,
  scheme: "http" | "https",
  host: string,
  expected: string,
): Row {
  return commandRow(world, client, { step: `${scheme}://${host}`, command: call(scheme, host), expected });
}

function call(scheme: "http" | "https", host: string): string {
  return `curl -sI -m 10 -o /dev/null -w '%{http_code}' ${scheme}://${host}`;
}

/** The policy that refused a call: its name has the key of the declaration's rule, which is the same for both schemes. */
function policyRows(world: World, state: string, client: Client, host: string): Row[] {
  const { hosts } = readEnvironment(fileOf(state));
  const key = hosts.find((declared) => declared.host === host)?.deny[0]?.key;
  const row = (scheme: "http" | "https", words: string) =>
    logRow(
      world,
      { namespace: "egress-003", client, watcher: DEFAULT, command: call(scheme, host) },
      ({ level, code, sni, details, termination }) => {
        const policy = /-policy\[(.*?)\]/.exec(String(details ?? termination))?.[1];
        return `${level} ${code ?? sni} ${policy}`;
      },
      ["info", "error"].map((level) => `${level} ${words} egress-deny-${key}`).join(", "),
    );
  return [row("http", "403"), row("https", host)];
}
