import { stringify } from "yaml";
import type { KeyPair } from "./certificates.ts";

/** A kubeconfig with one cluster and one user, everything inside it. */
export function kubeconfig(access: { server: string; authority: string; user: KeyPair }): string {
  const name = "sallyport-lab";
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name, cluster: { server: access.server, "certificate-authority-data": base64(access.authority) } },
    ],
    users: [
      {
        name,
        user: {
          "client-certificate-data": base64(access.user.certificate),
          "client-key-data": base64(access.user.key),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
