import type { Answer } from "./exchange.ts";

/** What a page is made by. */
interface PageRequest {
  /** A number of the query; NaN where it is none. */
  readonly number: (name: string) => number;
  /** A text of the query, empty where it is not there. */
  readonly text: (name: string) => string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Pages that are made when they are asked for, by path. */
export type MadePages = Readonly<Record<string, (request: PageRequest) => Answer | Promise<Answer>>>;

/** Makes the page of a path with its query. `body` is read as it comes, where the page wants it. */
export async function madeAnswer(
  pages: MadePages,
  path: string,
  body: AsyncIterable<Uint8Array>,
): Promise<Answer> {
  const [name = "", query] = path.split("?", 2);
  const page = pages[name];
  if (page === undefined) return line(404, "no such page");
  const parameters = new URLSearchParams(query);
  return await page({
    number: (name) => numberOf(parameters.get(name)),
    text: (name) => parameters.get(name) ?? "",
    body,
  });
}

/** An answer of one line of text. */
export function line(status: number, text: string): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${text}\n` };
}

function numberOf(value: string | null): number {
  return value !== null && /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
}
