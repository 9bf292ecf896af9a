import { z } from "zod";
import { CannotError } from "../exit.ts";

/** A comment as a forge has it. */
export interface Comment {
  readonly id: number;
  /** Who wrote it, as the forge tells accounts apart. */
  readonly author: string;
  readonly body: string;
}

/** A pull request, or merge request, where it is discussed. */
export interface Forge {
  /** The account that the token is for. */
  author(): Promise<string>;
  /** Page by page, the oldest first; an empty page is after the last. */
  comments(page: number): Promise<readonly Comment[]>;
  addComment(body: string): Promise<void>;
  changeComment(id: number, body: string): Promise<void>;
  addLabel(label: string): Promise<void>;
  /** Takes a label off; nothing where it is not there. */
  removeLabel(label: string): Promise<void>;
}

/** How a request is made. */
interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
  /** An answer that is as good as success. */
  readonly accept?: number;
}

const TIMEOUT_MILLISECONDS = 30_000;

/**
 * Asks a forge's API.
 *
 * @throws CannotError where it can't be reached, refuses, or answers in another shape; no header is in its message
 */
export async function call<T>(schema: z.ZodType<T>, { accept, ...request }: Call): Promise<T> {
  const { method, url, headers, body } = request;
  const what = `${method} ${new URL(url).pathname}`;
  const answer = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    // Another place must not be given the token.
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: Error) => {
    throw new CannotError(
      `${what}: no answer (${error.name})`,
      "look whether the forge's API can be reached from here",
    );
  });
  if (!answer.ok && answer.status !== accept)
    throw new CannotError(
      `${what}: ${answer.status} ${answer.statusText}`.trimEnd(),
      "give the token the right to write comments and labels of pull requests (see docs/pull-requests.md)",
    );
  const parsed = schema.safeParse(await answer.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new CannotError(`${what}: the answer is not as the API's documents say`, "look at the API's address");
}

/** An answer that nobody reads. */
export const ANYTHING = z.unknown();
