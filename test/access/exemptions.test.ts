import { expect, it } from "vitest";
import { diffOf } from "../../access/diff/diff.ts";
import type { Manifest } from "../../plan/manifest.ts";
import { planEnvironment } from "../../plan/plan.ts";
import { loadTexts } from "../model/memory-files.ts";

const HEAD = `environment: dev
owner: news
gateways:
  - name: egress
    namespace: egress
    ports: [{ port: 80, protocol: http }, { port: 443, protocol: tls }, { port: 5432, protocol: tcp }]
monitoring: { sidecar: true }
`;

function planned(host: string, allow: string): Manifest[] {
  const { environment, problems } = loadTexts({
    "env.yaml": `${HEAD}hosts: [{ ${host}, allow: [{ ${allow} }] }]\n`,
  });
  if (environment === undefined) throw new Error(JSON.stringify(problems));
  return planEnvironment(environment).map(({ manifest }) => manifest);
}

// access/protection/logging.ts reads what plan/telemetry/exemptions.ts writes: each of its forms, in words.
it.each([
  ["host: a.example, tls: none", "from: { namespace: news }", "news/* to a.example", "news/*"],
  [
    "host: a.example, tls: none",
    "from: { serviceAccount: news/paper }",
    "news/paper to a.example",
    "news/paper",
  ],
  [
    "host: a.example, tls: none",
    "from: [{ serviceAccount: news/paper }, { serviceAccount: news/radio }]",
    "news/paper, news/radio to a.example",
    "news/paper",
  ],
  [
    "host: a.example, tls: none, refuse: not-found",
    "from: { namespace: news }, paths: [/a]",
    "news/* to a.example",
    "news/*",
  ],
  ["host: '*.a.example', tls: none", "from: { namespace: news }", "news/* to *.a.example", "news/*"],
  ["host: a.example, tls: passthrough", "from: { namespace: news }", "news/* to a.example", "news/*"],
  ["host: '*.a.example', tls: passthrough", "from: { namespace: news }", "news/* to *.a.example", "news/*"],
  ["host: a.example, tls: tcp, port: 5432", "from: { namespace: news }", "news/* to a.example", "news/*"],
  [
    "host: a.example, tls: none",
    "from: { namespace: '*' }, confirmed: true",
    "everyone to a.example",
    "every call",
  ],
  [
    "host: a.example, tls: none",
    "from: { namespace: news }, except: [{ serviceAccount: news/paper }]",
    "news/* but news/paper to a.example",
    "news/*",
  ],
  [
    "host: a.example, tls: passthrough",
    "from: { namespace: '*' }, except: [{ namespace: news }], confirmed: true",
    "everyone but news/* to a.example",
    "every call",
  ],
])("%s, of %s: nothing is told of %s", (host, from, atGateway, inSidecars) => {
  const { weakened } = diffOf(planned(host, from), planned(host, `${from}, monitored: false`)).protection;
  const says = weakened.map(({ after }) => after);
  expect(says).toContain(`nothing of ${atGateway} is told by egress/egress`);
  expect(
    says.filter((one) => one?.startsWith(`nothing of ${inSidecars} is told by the sidecars`)),
  ).toHaveLength(1);
});
