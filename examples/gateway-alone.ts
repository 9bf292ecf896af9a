import { EgressGateway, ExternalHosts } from "sallyport";

/** One gateway and one host, in a program that has nothing else of Sallyport. */
export function program(): void {
  const gateway = new EgressGateway("egress", { gateway: { name: "egress", namespace: "egress" } });
  new ExternalHosts("cnn", {
    gateway,
    owner: "news",
    hosts: [{ host: "edition.cnn.com", tls: "passthrough", allow: [{ from: { namespace: "news" } }] }],
  });
}
