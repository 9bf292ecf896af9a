import { describe, expect, it } from "vitest";
import { found, NOTHING, namespace, object, SOUND } from "./situations.ts";

const environment = (lockdown = "") => `environment: dev
gateways:
  - { name: egress, namespace: egress, ports: [{ port: 9000, protocol: tcp }] }
${lockdown}
owner: shop
hosts:
  - { host: db.example.com, tls: tcp, port: 9000, allow: [{ from: { namespace: shop } }] }
`;
const base = [...SOUND, namespace("shop"), namespace("other")];
const service = (port: object, annotations?: Record<string, string>, path = "other/web") => {
  const made = object("Service", path, { spec: { ports: [port] } } as never);
  return annotations === undefined ? made : { ...made, metadata: { ...made.metadata, annotations } };
};
const http = { port: 9000, name: "http-web" };

describe("a Service with HTTP on a TCP host's port", () => {
  it("is told of, as sidecars wait for the caller there", () => {
    const { problems, warnings } = found([service(http)], environment(), base);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^7:5 db\.example\.com:9000: Service other\/web has HTTP .* in shop wait for /),
    ]);
  });

  it.each([
    [{ port: 9000, name: "web", appProtocol: "grpc" }, 1],
    [{ port: 9000, name: "grpc-web" }, 1],
    [{ port: 9000, name: "http", appProtocol: "tcp" }, 0],
    [{ port: 9000, name: "tcp-db" }, 0],
    [{ port: 9000 }, 0],
    [{ port: 9001, name: "http" }, 0],
  ])("is known by the name of its port or appProtocol: %j", (port, count) => {
    expect(found([service(port)], environment(), base).warnings).toHaveLength(count);
  });

  it.each([
    [".", 0],
    ["other, shop", 1],
    ["~", 0],
    ["*", 1],
  ])("counts where it shows itself to callers: %s", (exportTo, count) => {
    const seen = service(http, { "networking.istio.io/exportTo": exportTo });
    expect(found([seen], environment(), base).warnings).toHaveLength(count);
  });

  it("counts in a namespace under lockdown where that reaches its namespace", () => {
    const locked = (reach: string) => environment(`lockdown: [{ namespace: shop, reach: [${reach}] }]`);
    expect(found([service(http)], locked(""), base)).toEqual(NOTHING);
    const reached = locked("{ namespace: other, ports: [9000] }");
    expect(found([service(http)], reached, base).warnings).toHaveLength(1);
    const anywhere = locked("{ cidr: 10.0.0.0/8, ports: [9000] }");
    expect(found([service(http)], anywhere, base).warnings).toHaveLength(1);
    expect(found([service(http, undefined, "shop/web")], locked(""), base).warnings).toHaveLength(1);
  });
});
