import type { Page, Site } from "./sites.ts";
import { siteOf } from "./sites.ts";
import { streamAnswer } from "./stream.ts";

/** A request as the servers got it. */
export interface Received {
  readonly scheme: "http" | "https";
  readonly method: string;
  /** Host header or :authority, as it was sent. */
  readonly host: string;
  /** Path with its query. */
  readonly path: string;
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Address of who asked, as the internet sees it. */
  readonly remoteAddress: string;
  /** Name in the TLS handshake; null over plain HTTP or when none was sent. */
  readonly sni: string | null;
  /** Protocol that the TLS handshake settled on; null over plain HTTP or when none was offered. */
  readonly alpn: string | null;
  /** Subject of the client's certificate; null when it showed none. */
  readonly clientCertificate: string | null;
}

/** What goes back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In parts where it is made as it is sent; an error cuts the connection. */
  readonly body: string | AsyncIterable<string | Uint8Array>;
}

/** The answer to a request: by host, scheme and path alone, but for the hosts that echo and stream. */
export async function answer(request: Received, body: AsyncIterable<Uint8Array>): Promise<Answer> {
  const site = siteOf(request.host);
  if (site === undefined)
    return page({ status: 404, type: "text/html; charset=utf-8", body: "no such host here\n" });
  if (request.scheme === "http" && site.http === "redirect") {
    return { status: 301, headers: { location: `https://${site.host}${request.path}` }, body: "" };
  }
  if (site.pages === "stream") return await streamAnswer(request.path, body);
  return page(pageOf(site.pages, request));
}

function pageOf(pages: Exclude<Site["pages"], "stream">, request: Received): Page {
  if (pages === "echo") {
    return { status: 200, type: "application/json", body: `${JSON.stringify(request, null, 2)}\n` };
  }
  const path = request.path.replace(/[?#].*$/, "");
  return pages[path] ?? { status: 404, type: "text/html; charset=utf-8", body: "no such page\n" };
}

function page({ status, type, body }: Page): Answer {
  return { status, headers: { "content-type": type }, body };
}
