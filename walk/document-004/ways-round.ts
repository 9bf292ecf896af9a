import { poll } from "../poll.ts";
import type { Row } from "../row.ts";
import type { SleepOptions } from "../workloads.ts";
import type { Part } from "./part.ts";
import { HOST, HTTP_URL, HTTPS_URL, TOLD_MILLISECONDS, wayRound } from "./questions.ts";
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

/** Ways round the gateway, with the firewall closed; at the end it is open. */
export function waysRound(world: World): Part[] {
  const row = (
    step: string,
    namespace: string,
    pod: string,
    url: string,
    expected: string,
    seconds?: number,
  ): Row => ({
    step: `5 ${step}`,
    command: `kubectl exec -n ${namespace} ${pod} -- curl ${url}`,
    expected,
    answer: () => wayRound(world, namespace, url, { pod, seconds }),
  });
  const byIpv6 = (step: string, namespace: string, pod: string, expected: string): Row => ({
    step: `5 ${step}, by IPv6`,
    command: `kubectl exec -n ${namespace} ${pod} -- curl -6 ${HTTPS_URL}`,
    expected,
    answer: () => wayRound(world, namespace, HTTPS_URL, { pod, address: world.internet?.address6 }),
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
          // Its sidecar tries for ten: left alone it would still try when the next row counts.
          15,
        ),
      ],
    },
    {
      title: "Ways round by IPv6, firewall closed",
      needsIpv6: true,
      prepare: async () => {},
      rows: [
        ...TRICKS.map(({ options: { name }, expected }) =>
          byIpv6(name, "test-egress", `deploy/${name}`, expected),
        ),
        byIpv6(
          "a namespace without lockdown",
          "unlocked",
          "deploy/sleep",
          "exit 28, refused by the firewall",
        ),
        byIpv6("what was granted", "test-egress", "deploy/sleep", "200, let through"),
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
        {
          ...row(
            "its own way to the gateway",
            "no-grant",
            "deploy/sleep",
            HTTP_URL,
            "403, refused by the gateway",
          ),
          // No gate waits for objects of others: until its sidecar has them, it asks the firewall.
          answer: async () =>
            (await poll(async () => {
              const got = await wayRound(world, "no-grant", HTTP_URL, {});
              return got.includes("firewall") ? undefined : got;
            }, TOLD_MILLISECONDS)) ?? "refused by the firewall",
        },
      ],
    },
    {
      title: "Ways round by IPv6, firewall open",
      needsIpv6: true,
      prepare: async () => world.internet?.setFirewall("open"),
      rows: [
        byIpv6("a namespace without lockdown", "unlocked", "deploy/sleep", "200, let through"),
        ...TRICKS.filter(({ options }) => options.hostNetwork === undefined).map(({ options: { name } }) =>
          byIpv6(name, "test-egress", `deploy/${name}`, "exit 28, refused by the lockdown"),
        ),
      ],
    },
  ];
}
