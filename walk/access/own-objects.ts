import { setTimeout as settled } from "node:timers/promises";
import type { Manifest } from "../../plan/manifest.ts";
import { commandRow, type Step, type World } from "../document.ts";
import { codeOf, GATEWAY, OTHER } from "./calls.ts";

const SETTLING_MILLISECONDS = 3_000;
const NAMESPACE = OTHER.namespace;
const HOST = "echo.example.com";
const selected = { labels: { app: OTHER.account } };

/** What a team makes in its own namespace to get what it was not granted, and what comes of a call then. */
const OWN: readonly {
  readonly title: string;
  readonly objects: readonly Manifest[];
  readonly code: string;
}[] = [
  {
    title: "a ServiceEntry and a VirtualService",
    objects: [
      own("networking.istio.io/v1", "ServiceEntry", {
        hosts: [HOST],
        location: "MESH_EXTERNAL",
        resolution: "DNS",
        ports: [{ number: 80, name: "http", protocol: "HTTP" }],
      }),
      own("networking.istio.io/v1", "VirtualService", {
        hosts: [HOST],
        http: [{ route: [{ destination: { host: GATEWAY, port: { number: 80 } } }] }],
      }),
    ],
    code: "403",
  },
  {
    title: "a VirtualService that asks for a granted path",
    objects: [
      own("networking.istio.io/v1", "VirtualService", {
        hosts: [HOST],
        http: [
          {
            rewrite: { uri: "/health" },
            route: [{ destination: { host: GATEWAY, subset: "http2", port: { number: 80 } } }],
          },
        ],
      }),
    ],
    code: "403",
  },
  {
    title: "a DestinationRule without an identity",
    objects: [
      own("networking.istio.io/v1", "DestinationRule", {
        host: GATEWAY,
        trafficPolicy: { tls: { mode: "DISABLE" } },
        subsets: [{ name: "http2" }, { name: "http" }],
      }),
    ],
    code: "503",
  },
  {
    title: "a Sidecar that lets everything out",
    objects: [
      own("networking.istio.io/v1", "Sidecar", {
        workloadSelector: selected,
        outboundTrafficPolicy: { mode: "ALLOW_ANY" },
        egress: [{ hosts: ["./*", "istio-system/*"] }],
      }),
    ],
    code: "exit 28",
  },
  {
    title: "an EnvoyFilter that leads outside",
    objects: [
      own("networking.istio.io/v1alpha3", "EnvoyFilter", {
        workloadSelector: selected,
        configPatches: [
          {
            applyTo: "HTTP_ROUTE",
            match: {
              context: "SIDECAR_OUTBOUND",
              routeConfiguration: { vhost: { name: `${HOST}:80`, route: { action: "ROUTE" } } },
            },
            patch: { operation: "MERGE", value: { route: { cluster: "PassthroughCluster" } } },
          },
        ],
      }),
    ],
    code: "exit 28",
  },
  {
    title: "a NetworkPolicy that lets everything out",
    objects: [
      own("networking.k8s.io/v1", "NetworkPolicy", {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{}],
      }),
    ],
    code: "403",
  },
  {
    title: "an AuthorizationPolicy that allows it",
    objects: [
      own("security.istio.io/v1", "AuthorizationPolicy", {
        action: "ALLOW",
        rules: [{ to: [{ operation: { hosts: [HOST] } }] }],
      }),
    ],
    code: "403",
  },
];

function own(apiVersion: string, kind: string, spec: Manifest["spec"]): Manifest {
  return { apiVersion, kind, metadata: { name: "own", namespace: NAMESPACE }, spec };
}

/** A team's own objects, each kind tried by itself. */
export function ownObjects(world: World): Step[] {
  const each = async (objects: readonly Manifest[], args: readonly string[]) => {
    for (const object of objects) await world.kubectl.run(args, JSON.stringify(object));
  };
  return OWN.map(({ title, objects, code }) => ({
    title: `With ${title} of one's own`,
    prepare: async () => {
      await each(objects, ["apply", "-f", "-"]);
      // No gate waits for what is not ours.
      await settled(SETTLING_MILLISECONDS);
    },
    rows: [
      commandRow(world, OTHER, { step: title, command: codeOf(`http://${HOST}/health`), expected: code }),
    ],
    ends: () => each(objects, ["delete", "-f", "-", "--ignore-not-found"]),
  }));
}
