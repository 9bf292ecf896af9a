import { setTimeout } from "node:timers/promises";
import { type Routes, textLine } from "./routes.ts";
import { ticks } from "./ticks.ts";

/**
 * What the host of long and large bodies answers.
 *
 * - `/events?seconds=N`: server-sent events, one a second.
 * - `/bytes?size=N`: N bytes, made as they are sent.
 * - `/upload`: how many bytes the request's body had.
 * - `/slow?seconds=N`: N seconds of silence, then the answer.
 * - `/cut`: the first bytes of a page that says it is longer, then the connection is closed.
 */
export const streamRoutes: Routes = {
  "/events": ({ number }) => {
    const seconds = number("seconds");
    if (Number.isNaN(seconds)) return textLine(400, "say ?seconds=N");
    return { status: 200, headers: { "content-type": "text/event-stream" }, body: events(seconds) };
  },
  "/bytes": ({ number }) => {
    const size = number("size");
    if (Number.isNaN(size)) return textLine(400, "say ?size=N");
    const headers = { "content-type": "application/octet-stream", "content-length": String(size) };
    return { status: 200, headers, body: bytes(size) };
  },
  "/upload": async ({ body }) => {
    let size = 0;
    try {
      for await (const chunk of body) size += chunk.byteLength;
    } catch {
      return textLine(400, `cut after ${size} bytes`);
    }
    return textLine(200, `${size} bytes`);
  },
  "/slow": async ({ number }) => {
    const seconds = number("seconds");
    if (Number.isNaN(seconds)) return textLine(400, "say ?seconds=N");
    await setTimeout(seconds * 1_000);
    return textLine(200, `waited ${seconds} s`);
  },
  "/cut": () => ({ status: 200, headers: { "content-length": "1000" }, body: cut() }),
};

async function* events(seconds: number): AsyncGenerator<string> {
  for await (const second of ticks(seconds)) yield `data: ${second}\n\n`;
}

const chunk = Buffer.alloc(64 * 1024, "sallyport ");

async function* bytes(size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= chunk.byteLength) yield chunk.subarray(0, left);
}

async function* cut(): AsyncGenerator<string> {
  yield "so far and\n";
  // What was written has to leave before the connection ends.
  await setTimeout(100);
  throw new Error("cut on purpose");
}
