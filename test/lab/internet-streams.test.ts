import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startHttpServer } from "../../lab/internet/http-server.ts";
import type { RunningServer } from "../../lab/internet/server.ts";
import { ask } from "./internet-client.ts";

const host = "stream.example.com";
let server: RunningServer;
beforeAll(async () => {
  server = await startHttpServer({ address: "127.0.0.1", port: 0 }, () => {});
});
afterAll(() => server.close());

const get = (path: string, body?: Uint8Array) =>
  ask("http", server.port, host, path, body === undefined ? {} : { method: "PUT" }, body);

test("events come one a second, the first at once", async () => {
  const began = Date.now();
  const times: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const options = { host: "127.0.0.1", port: server.port, path: "/events?seconds=2", headers: { host } };
    const sent = request(options, (response) => {
      expect(response.headers["content-type"]).toBe("text/event-stream");
      response.on("data", () => times.push(Date.now() - began)).once("end", resolve);
    });
    sent.once("error", reject).end();
  });
  expect(times).toHaveLength(2);
  expect(times[0]).toBeLessThan(700);
  expect(times[1]).toBeGreaterThan(950);
});

test("a body has as many bytes as were asked for", async () => {
  const { body, headers } = await get("/bytes?size=200001");
  expect([body.length, headers["content-length"]]).toEqual([200_001, "200001"]);
  expect((await get("/bytes?size=0")).body).toBe("");
});

test("an upload is counted", async () => {
  expect((await get("/upload", new Uint8Array(300_000))).body).toBe("300000 bytes\n");
});

test("the slow page waits before it answers", async () => {
  const began = Date.now();
  expect((await get("/slow?seconds=1")).body).toBe("waited 1 s\n");
  expect(Date.now() - began).toBeGreaterThan(950);
});

test("the cut page ends in its middle, and the server goes on", async () => {
  // A connection that both sides meant to keep.
  const kept = { headers: { connection: "keep-alive" } };
  await expect(ask("http", server.port, host, "/cut", kept)).rejects.toThrow("aborted");
  expect((await get("/bytes?size=1")).status).toBe(200);
});

test("a page that isn't there is 404, one without its number 400", async () => {
  for (const path of ["/", "//", "*"]) expect((await get(path)).status).toBe(404);
  for (const path of ["/events", "/bytes?size=-1", "/slow?seconds=x"])
    expect((await get(path)).status).toBe(400);
});
