import type { Answer, Received } from "./exchange.ts";
import { failingRoutes } from "./failing.ts";
import { issuerAnswer } from "./issuer.ts";
import { routed } from "./routes.ts";
import type { Page, Site } from "./sites.ts";
import { siteOf } from "./sites.ts";
import { streamRoutes } from "./stream.ts";

/** The answer to a request: by host, scheme and path alone, but for hosts that echo, stream, fail and issue tokens. */
export async function answer(request: Received, body: AsyncIterable<Uint8Array>): Promise<Answer> {
  const site = siteOf(request.host);
  if (site === undefined)
    return page({ status: 404, type: "text/html; charset=utf-8", body: "no such host here\n" });
  if (request.scheme === "http" && site.http === "redirect") {
    return { status: 301, headers: { location: `https://${site.host}${request.path}` }, body: "" };
  }
  if (site.pages === "stream") return await routed(streamRoutes, request.path, body);
  if (site.pages === "failing") return await routed(failingRoutes, request.path, body);
  if (site.pages === "issuer") return await issuerAnswer(site.host, request.method, pathOf(request), body);
  return page(pageOf(site.pages, request));
}

/** Without its query. */
function pathOf({ path }: Received): string {
  return path.replace(/[?#].*$/, "");
}

function pageOf(pages: Exclude<Site["pages"], "stream" | "failing" | "issuer">, request: Received): Page {
  if (pages === "echo") {
    return { status: 200, type: "application/json", body: `${JSON.stringify(request, null, 2)}\n` };
  }
  return pages[pathOf(request)] ?? { status: 404, type: "text/html; charset=utf-8", body: "no such page\n" };
}

function page({ status, type, body }: Page): Answer {
  return { status, headers: { "content-type": type }, body };
}
