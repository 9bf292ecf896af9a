import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { ClusterAccess } from "../../cluster/access.ts";

/** What an API server answers to a request, such as `GET /api/v1/pods`; a 404 where it is undefined. */
export type Answer = { readonly code?: number; readonly body: object } | undefined;

/** An API server that answers as told, until the test has ended; `asked` is what it was asked. */
export async function apiServer(
  answer: (request: string) => Answer,
): Promise<{ access: ClusterAccess; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ method, url = "" }, response) => {
    const request = `${method} ${url.split("?", 1)[0]}`;
    asked.push(request);
    const { code = 200, body } = answer(request) ?? { code: 404, body: { message: "not found" } };
    response.writeHead(code, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
    ],
    contexts: [{ name: "c", context: { cluster: "c", user: "" } }],
    "current-context": "c",
  };
  return { access: { kubeconfig: JSON.stringify(kubeconfig) }, asked };
}
