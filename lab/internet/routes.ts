import type { Answer } from "./exchange.ts";

/** What an answer is made by. */
interface RoutedRequest {
  /** A number of the query; NaN where it is none. */
  readonly number: (name: string) => number;
  /** A text of the query, empty where it is not there. */
  readonly text: (name: string) => string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Answers that are made when they are asked for, by path. */
export type Routes = Readonly<Record<string, (request: RoutedRequest) => Answer | Promise<Answer>>>;

/** The answer to a path with its query. `body` is read as it comes, where the answer wants it. */
export async function routed(routes: Routes, path: string, body: AsyncIterable<Uint8Array>): Promise<Answer> {
  const [page = "", query] = path.split("?", 2);
  const route = routes[page];
  if (route === undefined) return textLine(404, "no such page");
  const parameters = new URLSearchParams(query);
  return await route({
    number: (name) => numberOf(parameters.get(name)),
    text: (name) => parameters.get(name) ?? "",
    body,
  });
}

/** An answer of one line of text. */
export function textLine(status: number, text: string): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${text}\n` };
}

function numberOf(value: string | null): number {
  return value !== null && /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
}
