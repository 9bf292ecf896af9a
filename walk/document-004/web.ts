import { poll } from "../poll.ts";
import type { Part } from "./part.ts";
import {
  callRow,
  codes,
  counterSum,
  gatewayLog,
  gatewayPods,
  HOST,
  HTTP_URL,
  HTTPS_URL,
  TOLD_MILLISECONDS,
} from "./questions.ts";
import { NAMESPACES, type World } from "./world.ts";

const CALLER = "spiffe://cluster.local/ns/default/sa/default";

/** Before you begin, and where the gateway runs. */
export function placement(world: World): Part[] {
  const { kubectl } = world;
  const nodesOf = async (...selection: string[]) => {
    const names = await kubectl.run([
      "get",
      "pods",
      ...selection,
      "-o",
      "jsonpath={.items[*].spec.nodeName}",
    ]);
    return [...new Set(names.split(" ").map((name) => name.replace(/-\d+$/, "")))].sort().join(" ");
  };
  return [
    {
      title: "Before you begin",
      prepare: async () => {
        for (const namespace of NAMESPACES) await kubectl.run(["create", "namespace", namespace]);
        for (const namespace of ["default", "no-grant"])
          await kubectl.run(["label", "namespace", namespace, "istio-injection=enabled"]);
        for (const namespace of ["default", "test-egress"]) await world.startSleep(namespace);
      },
      rows: [callRow(world, "before: nothing is controlled", HTTP_URL, "301 200")],
    },
    {
      title: "Deploy the egress gateway",
      prepare: () => world.deploy([80, 443], ["default"]),
      rows: [
        {
          step: "1 the gateway's nodes",
          command: "kubectl get pods -n egress",
          expected: "sallyport-gateway",
          answer: () => nodesOf("-n", "egress"),
        },
        {
          step: "1 an application's node",
          command: "kubectl get pods -l app=sleep",
          expected: "sallyport-app",
          answer: async () => {
            await kubectl.run(["delete", "pod", "-l", "app=sleep", "--wait=true"]);
            await kubectl.run(["rollout", "status", "deploy/sleep", "--timeout=120s"]);
            return nodesOf("-l", "app=sleep");
          },
        },
        {
          step: "1 no ingress gateway",
          command: "kubectl get pods -A -l istio=ingressgateway",
          expected: "none",
          answer: async () =>
            (await kubectl.run(["get", "pods", "-A", "-l", "istio=ingressgateway", "-o", "name"])) || "none",
        },
      ],
    },
  ];
}

/** HTTP and HTTPS through the gateway, together and alone. */
export function web(world: World): Part[] {
  const { kubectl } = world;
  const rise = async (prefix: string) => {
    const before = await counterSum(world, prefix);
    await codes(world, "default", HTTP_URL);
    const risen = await poll(
      async () => ((await counterSum(world, prefix)) > before ? "risen" : undefined),
      TOLD_MILLISECONDS,
    );
    return risen ?? "not risen";
  };
  // Elsewhere than in the lab the host's address is not known beforehand: its port is looked at.
  const upstream = (port: number) => `${world.internet?.address ?? "*"}:${port}`;
  const seen = (address = "") => (world.internet === undefined ? address.replace(/^.*:/, "*:") : address);
  const requests = `sallyport_egress.requests.host.${HOST}.principal.${CALLER}.code.301`;
  const connections = `sallyport_egress.connections.host.${HOST}.principal.${CALLER}`;
  const tlsLine = async () => {
    const line = await poll(
      async () =>
        (await gatewayLog(world)).findLast(({ event, sni }) => event === "TcpConnectionEnd" && sni === HOST),
      TOLD_MILLISECONDS,
    );
    const bytes = (line?.bytesReceived ?? 0) > 0 && (line?.bytesSent ?? 0) > 0 ? "bytes" : "no bytes";
    return [line?.sni, seen(line?.upstream), line?.cluster?.split(";")[0], bytes].join(" ");
  };
  // One cluster serves every host of its kind; the host itself stands in the line's authority or SNI.
  const httpCluster = "outbound|80||*.http.egress.egress.sallyport.internal";
  const tlsCluster = "outbound|443||*.forward-443.egress.egress.sallyport.internal";
  return [
    {
      title: "HTTP with 443 declared",
      prepare: async () => {},
      rows: [
        callRow(world, "2 HTTP, then HTTPS", HTTP_URL, "301 200"),
        {
          step: "2 the HTTP hop in the log",
          command: "kubectl logs -n egress deploy/egress",
          expected: `GET /politics 301 ${HOST} ${upstream(80)} ${httpCluster}`,
          answer: async () => {
            const line = await poll(
              async () => (await gatewayLog(world)).findLast(({ method }) => method === "GET"),
              TOLD_MILLISECONDS,
            );
            return [
              line?.method,
              line?.path,
              line?.code,
              line?.host,
              seen(line?.upstream),
              line?.cluster?.split(";")[0],
            ].join(" ");
          },
        },
        {
          step: "2 the TLS hop in the log",
          command: "kubectl logs -n egress deploy/egress",
          expected: `${HOST} ${upstream(443)} ${tlsCluster} bytes`,
          answer: tlsLine,
        },
        {
          step: "2 HTTP counter by host and caller",
          command: "pilot-agent request GET stats",
          expected: "risen",
          answer: () => rise(requests),
        },
        {
          step: "2 TLS counter by host and caller",
          command: "pilot-agent request GET stats",
          expected: "risen",
          answer: () => rise(connections),
        },
      ],
    },
    {
      title: "HTTP with 443 not declared",
      prepare: () => world.deploy([80], ["default"]),
      rows: [callRow(world, "2 443 not declared", HTTP_URL, "301 exit 35")],
    },
    {
      title: "HTTPS passthrough alone",
      prepare: () => world.deploy([443], ["default"]),
      rows: [
        callRow(world, "3 HTTPS", HTTPS_URL, "200"),
        {
          step: "3 the log",
          command: "kubectl logs -n egress deploy/egress",
          expected: `${HOST} ${upstream(443)} ${tlsCluster} bytes`,
          answer: tlsLine,
        },
        {
          step: "3 the host's own certificate",
          command: `openssl s_client -connect ${HOST}:443 -servername ${HOST}`,
          expected: `DNS:${HOST}`,
          answer: async () => {
            const script = `openssl s_client -connect ${HOST}:443 -servername ${HOST} </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName`;
            const { stdout } = await kubectl.exec("default", ["sh", "-c", script]);
            return /DNS:\S+/.exec(stdout)?.[0] ?? "no certificate";
          },
        },
        {
          step: "3 the hop's certificate",
          command: "pilot-agent request GET certs",
          expected: "spiffe://cluster.local/ns/egress/sa/egress",
          answer: async () => {
            const [pod = ""] = await gatewayPods(world);
            const { stdout } = await kubectl.exec(
              "egress",
              ["pilot-agent", "request", "GET", "certs"],
              pod,
              "istio-proxy",
            );
            return /spiffe:\/\/[^"]+/.exec(stdout)?.[0] ?? "no identity";
          },
        },
      ],
    },
  ];
}
