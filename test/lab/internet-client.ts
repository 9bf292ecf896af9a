import { request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import { buffer } from "node:stream/consumers";

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Asks a server on this machine for a page of a host; rejects where the answer is cut. */
export function ask(
  scheme: "http" | "https",
  port: number,
  host: string,
  path: string,
  { headers, ...more }: RequestOptions = {},
  body: string | Uint8Array = "",
): Promise<Got> {
  const options = { host: "127.0.0.1", port, path, agent: false, headers: { host, ...headers } };
  return new Promise((resolve, reject) => {
    const sent =
      scheme === "http"
        ? requestHttp({ ...options, ...more })
        : requestHttps({ ...options, servername: host, ...more });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const { statusCode: status = 0, headers } = response;
      buffer(response).then((bytes) => resolve({ status, headers, body: bytes.toString() }), reject);
    });
    sent.end(body);
  });
}
