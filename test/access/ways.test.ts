import { expect, it } from "vitest";
import { waysIn } from "../../access/matrix/ways.ts";
import { gatewayService } from "../../plan/gateway/deployment.ts";
import { gateway, planned } from "../plan/hosts.ts";

it.each([
  ["198.51.100.20/32", ["198.51.100.20"]],
  ["198.51.100.0/24", ["198.51.100.*"]],
  ["2001:db8::20/128", ["[2001:db8::20]"]],
  ["2001:db8:5::/48", ["[2001:db8:5:*"]],
  ["2001:db8:5::/64", ["[2001:db8:5::*", "[2001:db8:5:0:*"]],
  ["2001:db8:1:2:3:4:5:0/112", ["[2001:db8:1:2:3:4:5:*"]],
])("there is a way to a TCP host by its addresses %s, from the application on", (range, hosts) => {
  const host = planned({ host: "a.example.com", tls: "tcp", port: 5432, addresses: [range] });
  const { reachable, routable } = waysIn([gatewayService(gateway), ...host]);
  expect(reachable.map((way) => way.host)).toEqual(hosts);
  expect(routable).toEqual(reachable);
});
