import { setTimeout as pause } from "node:timers/promises";
import { createConfiguration, HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { kindOf } from "../plan/kinds.ts";
import type { Manifest } from "../plan/manifest.ts";
import { ClusterError } from "./client.ts";

/** The API server said no. */
export class ApiError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.code = code;
  }
}

/** Labels as the API server takes them in `labelSelector`. */
export function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

interface Request {
  readonly method: "GET" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly contentType?: string;
  /** In what form the answer is asked for; JSON where left out. */
  readonly accept?: string;
}

const LIMIT_MILLISECONDS = 20_000;
/** An API server that is restarted, or a connection that ends in silence, is asked again. */
const ATTEMPTS = 3;
const PAUSE_MILLISECONDS = 1_000;
const { httpApi } = createConfiguration();

/**
 * One request to the API server, of plain JSON. The client's own classes would rename fields, and so lose a
 * NetworkPolicy's `from`. It is sent again where no answer comes: each request here can be sent twice without harm.
 *
 * @throws ApiError with the API server's words; ClusterError where it does not answer
 */
export async function callApi(config: KubeConfig, request: Request): Promise<unknown> {
  const { code, text } = await sendWithin(config, request, ATTEMPTS);
  if (code >= 300) throw new ApiError(code, messageIn(text));
  return JSON.parse(text);
}

interface Sent {
  readonly code: number;
  readonly text: string;
}

async function sendWithin(config: KubeConfig, request: Request, attempts: number): Promise<Sent> {
  const server = config.getCurrentCluster()?.server ?? "";
  try {
    return await send(config, `${server}${request.path}`, request);
  } catch (error) {
    if (attempts === 1)
      throw new ClusterError(
        `the cluster at ${server} does not answer: ${causeOf(error)}`,
        "see that kubectl reaches it with the same context",
        { cause: error },
      );
    await pause(PAUSE_MILLISECONDS);
    return await sendWithin(config, request, attempts - 1);
  }
}

async function send(config: KubeConfig, url: string, request: Request): Promise<Sent> {
  const { method, query = {}, body, contentType, accept = "application/json" } = request;
  const context = new RequestContext(url, HttpMethod[method]);
  for (const [name, value] of Object.entries(query)) context.setQueryParam(name, value);
  context.setHeaderParam("Accept", accept);
  if (contentType !== undefined) context.setHeaderParam("Content-Type", contentType);
  if (body !== undefined) context.setBody(JSON.stringify(body));
  const limit = new AbortController();
  // A timer of AbortSignal's own would let Node end while it waits, and a body that breaks off may never be told.
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`no answer within ${LIMIT_MILLISECONDS / 1000} s`);
    limit.abort(error);
    reject(error);
  }, LIMIT_MILLISECONDS);
  context.setSignal(limit.signal);
  const answer = async () => {
    await config.applySecurityAuthentication(context);
    const { httpStatusCode, body } = await httpApi.send(context).toPromise();
    return { code: httpStatusCode, text: await body.text() };
  };
  try {
    return await Promise.race([answer(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Fetch says no more than that it failed; why is in its cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    return message ?? text;
  } catch {
    return text.trim();
  }
}

/** Where a kind's objects are, in one namespace or in all. */
export function pathOfKind(of: Pick<Manifest, "apiVersion" | "kind">, namespace?: string): string {
  const { apiVersion, plural, namespaced } = kindOf(of);
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}${namespaced && namespace !== undefined ? `/namespaces/${namespace}` : ""}/${plural}`;
}

/** Where one object is. */
export function pathOf(manifest: Manifest): string {
  const { name, namespace } = manifest.metadata;
  return `${pathOfKind(manifest, namespace)}/${name}`;
}
