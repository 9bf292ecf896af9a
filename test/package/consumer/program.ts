import { EgressGateway, ExternalHosts } from "sallyport";

/** What a program of somebody else would be: one gateway, one host. */
export function program(): void {
  const gateway = new EgressGateway("egress", { gateway: { name: "egress", namespace: "egress" } });
  const { hosts } = new ExternalHosts("cnn", {
    gateway,
    hosts: [{ host: "edition.cnn.com", tls: "passthrough", allow: [{ from: { namespace: "news" } }] }],
  });
  if (hosts[0]?.port !== 443) throw new Error("a passthrough host has port 443 by default");
}

/** Were the types lost on the way, this would be no error, and that would be one. */
// @ts-expect-error a host is a name
export const wrong: ConstructorParameters<typeof ExternalHosts>[1]["hosts"] = [{ host: 1, tls: "none" }];
