import { describe, expect, it } from "vitest";
import { loadTexts } from "./memory-files.ts";

/** What check says of hosts that the namespaces ledger and dev-tools may call. */
function said(...hosts: readonly string[]) {
  return saidOf(hosts.map((host) => `host: "${host}", tls: none`));
}

/** What check says of a wildcard with a server. */
function saidOfServer(server: string) {
  return saidOf([`host: "*.example.com", tls: passthrough, server: ${server}`]);
}

function saidOf(hosts: readonly string[]) {
  const allow = "allow: [{ from: [{ namespace: ledger }, { serviceAccount: dev-tools/ci }] }]";
  const { problems, warnings } = loadTexts({
    "env.yaml": `environment: dev
gateways: [{ name: out, namespace: egress }]
lockdown: [{ namespace: payments, reach: [{ namespace: stock, ports: [80] }] }]
hosts:
${hosts.map((host) => `  - { ${host}, ${allow} }\n`).join("")}`,
  });
  const texts = (list: typeof problems) =>
    list.map(({ line, column, path, why }) => `${line}:${column} ${path}: ${why}`);
  return { problems: texts(problems), warnings: texts(warnings) };
}

describe("a host with the name of a Service", () => {
  it.each([
    ["kubernetes.default", "default"],
    ["dns.kube-system", "kube-system"],
    ["istiod.istio-system", "istio-system"],
    ["api.dev-tools", "dev-tools"],
    ["db-0.db.dev-tools", "dev-tools"],
    ["*.api.default", "default"],
    ["*.db.dev-tools", "dev-tools"],
  ])("%s is refused, as no domain ends so", (host, namespace) => {
    expect(said(host)).toEqual({
      problems: [`5:13 hosts[0].host: ${namespace} is a namespace, and this the name of a Service in it`],
      warnings: [],
    });
  });

  it("is refused where it is a gateway's own", () => {
    expect(said("out.egress").problems).toEqual([
      "5:13 hosts[0].host: this is the Service of the gateway out",
    ]);
  });

  it.each(["ledger", "payments", "stock", "egress"])(
    "is warned of where %s could be a domain",
    (namespace) => {
      expect(said(`api.${namespace}`)).toEqual({
        problems: [],
        warnings: [
          `5:13 hosts[0].host: ${namespace} is a namespace too, and in the cluster this is the Service api in it`,
        ],
      });
    },
  );

  it("is none with another last label, or further down in a domain", () => {
    const none = { problems: [], warnings: [] };
    expect(said("api.example", "ledger.example.com", "default.example.com", "www.api.ledger")).toEqual(none);
  });

  it.each([
    ["kubernetes.default.svc.corp.local", "default"],
    ["db-0.db.ledger.svc.corp.example", "ledger"],
    ["*.news.svc.corp.local", "news"],
  ])("is warned of where it could be the full one in a cluster of another domain: %s", (host, namespace) => {
    expect(said(host)).toEqual({
      problems: [],
      warnings: [
        `5:13 hosts[0].host: a cluster names Services so: this may be one in the namespace ${namespace}`,
      ],
    });
  });

  it("is none under a domain that is called svc", () => {
    expect(said("north.svc.ms", "*.svc.ms", "svc.a.example.com")).toEqual({ problems: [], warnings: [] });
  });

  it("is no server of a wildcard either", () => {
    const at = "5:56 hosts[0].server:";
    expect(saidOfServer("kubernetes.default").problems).toEqual([
      `${at} default is a namespace, and this the name of a Service in it`,
    ]);
    expect(saidOfServer("out.egress").problems).toEqual([`${at} this is the Service of the gateway out`]);
    expect(saidOfServer("api.ledger").warnings).toHaveLength(1);
    expect(saidOfServer("api.ledger.svc.corp.local").warnings).toHaveLength(1);
    expect(saidOfServer("www.example.com")).toEqual({ problems: [], warnings: [] });
  });
});
