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

interface Request {
  readonly method: "GET" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly contentType?: string;
}

const LIMIT_MILLISECONDS = 60_000;
const { httpApi } = createConfiguration();

/**
 * One request to the API server, of plain JSON. The client's own classes would rename fields, and so lose a
 * NetworkPolicy's `from`.
 *
 * @throws ApiError with the API server's words; ClusterError where it does not answer
 */
export async function callApi(config: KubeConfig, request: Request): Promise<unknown> {
  const { method, path, query = {}, body, contentType } = request;
  const server = config.getCurrentCluster()?.server ?? "";
  const context = new RequestContext(`${server}${path}`, HttpMethod[method]);
  for (const [name, value] of Object.entries(query)) context.setQueryParam(name, value);
  context.setHeaderParam("Accept", "application/json");
  if (contentType !== undefined) context.setHeaderParam("Content-Type", contentType);
  if (body !== undefined) context.setBody(JSON.stringify(body));
  context.setSignal(AbortSignal.timeout(LIMIT_MILLISECONDS));
  const { code, text } = await send(config, context).catch((error: unknown) => {
    throw new ClusterError(
      `the cluster at ${server} does not answer: ${causeOf(error)}`,
      "see that kubectl reaches it with the same context",
      { cause: error },
    );
  });
  if (code >= 300) throw new ApiError(code, messageIn(text));
  return JSON.parse(text);
}

async function send(config: KubeConfig, context: RequestContext): Promise<{ code: number; text: string }> {
  await config.applySecurityAuthentication(context);
  const { httpStatusCode, body } = await httpApi.send(context).toPromise();
  return { code: httpStatusCode, text: await body.text() };
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
