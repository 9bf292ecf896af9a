import type { Row } from "../row.ts";
import type { SleepOptions } from "../workloads.ts";
import type { Part } from "./part.ts";
import { HOST, HTTP_URL, HTTPS_URL, wayRound } from "./questions.ts";
import type { World } from "./world.ts";

/** Tricks of a workload in a locked namespace, and which part refuses each. */
const TRICKS: readonly {
  readonly options: SleepOptions & { readonly name: string };
  readonly expected: string;
}[] = [
  { options: { name: "as-proxy-user", runAsUser: 1337 }, expected: "exit 28, refused by the lockdown" },
  {
    options: {
      name: "port-excluded",
      annotations: { "traffic.sidecar.istio.io/excludeOutboundPorts": "80,443" },
    },
    expected: "exit 28, refused by the lockdown",
  },
  {
    options: { name: "not-injected", labels: { "sidecar.istio.io/inject": "false" } },
    expected: "exit 28, refused by the lockdown",
  },
  { options: { name: "host-network", hostNetwork: true }, expected: "exit 28, refused by the firewall" },
];

/** What the namespace without a grant makes for itself: a way to the gateway that nobody gave it. */
export const OWN_WAY = [
  {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: "own", namespace: "no-grant" },
    spec: {
      hosts: [HOST],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    },
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: "own", namespace: "no-grant" },
    spec: { host: "egress.egress.svc.cluster.local", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
  },
  {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "own", namespace: "no-grant" },
    spec: {
      hosts: [HOST],
      http: [{ route: [{ destination: { host: "egress.egress.svc.cluster.local", port: { number: 80 } } }] }],
    },
  },
];

/** Ways round the gateway, with the firewall closed. */
export function waysRound(world: World): Part[] {
  const row = (step: string, namespace: string, pod: string, url: string, expected: string): Row => ({
    step: `5 ${step}`,
    command: `kubectl exec -n ${namespace} ${pod} -- curl ${url}`,
    expected,
    answer: () => wayRound(world, namespace, pod, url),
  });
  return [
    {
      title: "Ways round, firewall closed",
      needsFirewall: true,
      prepare: async () => {
        await world.startSleep("no-grant");
        for (const { options } of TRICKS) await world.startSleep("test-egress", options);
      },
      rows: [
        ...TRICKS.map(({ options: { name }, expected }) =>
          row(name, "test-egress", `deploy/${name}`, HTTPS_URL, expected),
        ),
        row(
          "a namespace without a grant",
          "no-grant",
          "deploy/sleep",
          HTTPS_URL,
          "exit 35, refused by the firewall",
        ),
      ],
    },
    {
      title: "A ServiceEntry and a VirtualService of its own",
      needsFirewall: true,
      prepare: async () => {
        for (const manifest of OWN_WAY)
          await world.kubectl.run(["apply", "-f", "-"], JSON.stringify(manifest));
      },
      rows: [
        row(
          "its own way to the gateway",
          "no-grant",
          "deploy/sleep",
          HTTP_URL,
          "403, refused by the gateway",
        ),
      ],
    },
  ];
}
