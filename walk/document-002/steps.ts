import { loadEnvironment } from "../../model/load.ts";
import { refusalOf, refusedRoute } from "../../plan/hosts/access/not-found.ts";
import { authorizer } from "../authorizer.ts";
import { type Client, commandRow, type Document, type Step, type World } from "../document.ts";
import { logRow } from "../gateway-log.ts";
import type { Row } from "../row.ts";
import { comparison } from "./comparison.ts";
import { NAMESPACE } from "./gateway.ts";

const SLEEP: Client = { namespace: "default", account: "sleep" };
const POLITICS: Client = { namespace: "default", account: "politics" };

/** Document 002: HTTP with origination, where a gateway sees the topic that is asked for. */
export const document002: Document = (world) => [
  {
    title: "Logging",
    file: "stacks/lab/002.yaml",
    clients: [SLEEP],
    rows: [
      topicsRow(world, SLEEP, "200 200 200"),
      topicsLog(world, SLEEP, "info /politics 200, error /politics 200, info /sport 200, info /health 200"),
    ],
  },
  {
    title: "Access control by routing",
    file: ROUTING,
    rows: [
      topicsRow(world, SLEEP, "404 200 200"),
      refusedLog(world, `info ${ROUTING}:15, error ${ROUTING}:15`),
      topicsLog(world, SLEEP, "info /politics 404, error /politics 404, info /sport 200, info /health 200"),
    ],
  },
  {
    title: "Cancelled",
    file: "stacks/lab/002.yaml",
    rows: [topicsRow(world, SLEEP, "200 200 200")],
  },
  {
    title: "Access control by policy",
    file: "stacks/lab/002-policy.yaml",
    rows: [
      topicsRow(world, SLEEP, "403 200 200"),
      topicsLog(world, SLEEP, "info /politics 403, error /politics 403, info /sport 200, info /health 200"),
    ],
  },
  ...byAuthorizer(world),
  {
    title: "Part 2: the account politics before its exemption",
    file: "stacks/lab/002-policy.yaml",
    clients: [POLITICS],
    rows: [
      topicsRow(world, POLITICS, "403 200 200"),
      topicsLog(
        world,
        POLITICS,
        "info /politics 403, error /politics 403, info /sport 200, info /health 200",
      ),
    ],
  },
  {
    title: "Part 2: its exemption",
    file: "stacks/lab/002-exemption.yaml",
    rows: [
      topicsRow(world, SLEEP, "403 200 200"),
      topicsRow(world, POLITICS, "200 200 200"),
      topicsLog(world, POLITICS, "no line"),
    ],
  },
  comparison(world, SLEEP),
];

const ROUTING = "stacks/lab/002-routing.yaml";

/** The document's three requests, by the codes that they got. */
const TOPICS =
  "for topic in politics sport health; do curl -sL -m 10 -o /dev/null -w '%{http_code} ' http://edition.cnn.com/$topic; done";

function topicsRow(world: World, client: Client, expected: string): Row {
  return commandRow(world, client, { step: "/politics /sport /health", command: TOPICS, expected });
}

/** The same three requests, by the lines that they left. */
function topicsLog(world: World, client: Client, expected: string): Row {
  return logRow(
    world,
    { namespace: NAMESPACE, client, watcher: SLEEP, command: TOPICS },
    ({ level, path, code }) => `${level} ${path} ${code}`,
    expected,
  );
}

/** The lines of a request that a route refuses: its name leads to the host's place in the file. */
function refusedLog(world: World, expected: string): Row {
  const command = "curl -s -m 10 -o /dev/null http://edition.cnn.com/politics";
  const { declared } = loadEnvironment(ROUTING);
  return logRow(
    world,
    { namespace: NAMESPACE, client: SLEEP, command },
    ({ level, route }) => {
      const host = declared.find((host) => {
        const refusal = refusalOf(host);
        return refusal !== undefined && refusedRoute(refusal) === route;
      });
      return `${level} ${host === undefined ? `route ${route}` : `${host.at.file}:${host.at.line}`}`;
    },
    expected,
  );
}

/** An identity and access system of the organization's own decides, asked over both of its protocols. */
function byAuthorizer(world: World): Step[] {
  const iam = authorizer(world.kubectl);
  const changed = (row: Row, change: () => Promise<void>): Row => ({
    ...row,
    answer: async () => {
      await change();
      return row.answer();
    },
  });
  const late = {
    step: "/politics",
    command: "curl -s -m 10 -o /dev/null -w '%{http_code} %{time_total}' http://edition.cnn.com/sport",
    expected: "403 within a second",
  };
  const timed = commandRow(world, SLEEP, late, (stdout) => {
    const [code, seconds] = stdout.split(" ");
    return `${code} ${Number(seconds) < 1 ? "within a second" : `after ${seconds} s`}`;
  });
  const state = (protocol: "grpc" | "http"): Step => ({
    title: `Access control by the authorizer, over ${protocol}`,
    file: `stacks/lab/002-authorizer-${protocol}.yaml`,
    prepare: async () => {
      await iam.start();
      await iam.allow(["/sport", "/health"]);
    },
    rows: [
      topicsRow(world, SLEEP, "403 200 200"),
      changed({ ...topicsRow(world, SLEEP, "200 200 403"), command: `the list changes; ${TOPICS}` }, () =>
        iam.allow(["/politics", "/sport"]),
      ),
      changed({ ...timed, command: `the authorizer thinks for 5 s; ${timed.command}` }, () =>
        iam.allow(["/sport"], 5_000),
      ),
      changed({ ...timed, command: `the authorizer is down; ${timed.command}` }, () => iam.stop()),
    ],
    ends: () => iam.remove(),
  });
  return [state("grpc"), state("http")];
}
