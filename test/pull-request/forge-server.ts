import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

/** What a forge was asked, in order. */
interface Asked {
  /** Such as `POST /repos/example/egress/issues/7/labels`. */
  readonly what: string;
  readonly body: unknown;
  readonly headers: IncomingMessage["headers"];
}

/** A forge's pull request 7, or merge request 7 of project 3, on the loopback interface. */
export interface ForgeServer {
  readonly url: string;
  readonly asked: Asked[];
  readonly comments: { id: number; author: string; body: string }[];
  readonly labels: Set<string>;
}

const OWN = "github-actions[bot]";
const OWN_ID = 41;
/** Fewer than the forges', so that there are pages. */
const PAGE = 2;

type Answer = readonly [status: number, body?: unknown];

/** Starts it, until the tests of the file at hand end. */
export async function startForge(token = "a-token"): Promise<ForgeServer> {
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    forge.asked.push({ what: `${request.method} ${request.url}`, body, headers: request.headers });
    const isKnown =
      request.headers.authorization === `Bearer ${token}` || request.headers["private-token"] === token;
    const [status, answer] = isKnown ? answerTo(forge, request, body) : [403, { message: "Forbidden" }];
    response.writeHead(status, { "content-type": "application/json" });
    response.end(answer === undefined ? "" : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const forge: ForgeServer = { url: `http://127.0.0.1:${port}`, asked: [], comments: [], labels: new Set() };
  return forge;
}

function answerTo(forge: ForgeServer, { method, url = "" }: IncomingMessage, body: unknown): Answer {
  const { pathname, searchParams } = new URL(url, "http://forge");
  const fields = body as { body?: string; labels?: string[]; add_labels?: string; remove_labels?: string };
  const asked = `${method} ${pathname}`;
  const page = Number(searchParams.get("page") ?? 1);
  const shown = forge.comments.slice((page - 1) * PAGE, page * PAGE);
  const [, id] = /\/(?:comments|notes)\/(\d+)$/.exec(pathname) ?? [];
  const comment = forge.comments.find((one) => String(one.id) === id);
  if (asked === "POST /graphql") return [200, { data: { viewer: { login: OWN } } }];
  if (asked === "GET /user") return [200, { id: OWN_ID }];
  if (asked === "GET /repos/example/egress/issues/7/comments")
    return [200, shown.map(({ id, author, body }) => ({ id, body, user: { login: author } }))];
  if (asked === "GET /projects/3/merge_requests/7/notes")
    return [
      200,
      shown.map(({ id, author, body }) => ({ id, body, author: { id: author === OWN ? OWN_ID : 1 } })),
    ];
  if (method === "POST" && /\/issues\/7\/comments$|\/merge_requests\/7\/notes$/.test(pathname)) {
    forge.comments.push({ id: forge.comments.length + 1, author: OWN, body: fields.body ?? "" });
    return [201, {}];
  }
  if ((method === "PATCH" || method === "PUT") && comment !== undefined) {
    comment.body = fields.body ?? "";
    return [200, {}];
  }
  if (asked === "POST /repos/example/egress/issues/7/labels") {
    for (const label of fields.labels ?? []) forge.labels.add(label);
    return [200, []];
  }
  if (method === "DELETE" && pathname.startsWith("/repos/example/egress/issues/7/labels/"))
    return forge.labels.delete(decodeURIComponent(pathname.split("/").at(-1) ?? "")) ? [200, []] : [404, {}];
  if (asked === "PUT /projects/3/merge_requests/7") {
    if (fields.add_labels !== undefined) forge.labels.add(fields.add_labels);
    if (fields.remove_labels !== undefined) forge.labels.delete(fields.remove_labels);
    return [200, {}];
  }
  return [404, { message: "Not Found" }];
}
