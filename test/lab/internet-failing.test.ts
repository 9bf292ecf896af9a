import { afterAll, beforeAll, expect, test } from "vitest";
import { startHttpServer } from "../../lab/internet/http-server.ts";
import type { RunningServer } from "../../lab/internet/server.ts";
import { ask } from "./internet-client.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startHttpServer({ address: "127.0.0.1", port: 0 }, () => {});
});
afterAll(() => server.close());

const get = (path: string, method = "GET") =>
  ask("http", server.port, "failing.example.com", path, { method });

test("the status is the one that is asked for", async () => {
  expect((await get("/status?code=503")).status).toBe(503);
  for (const path of ["/status", "/status?code=99", "/status?code=600"])
    expect((await get(path)).body).toBe("say ?code=N\n");
});

test("the first requests of a name get no answer, by whatever method; the next are counted on", async () => {
  await expect(get("/drop?first=2&name=a")).rejects.toThrow(/hang up/);
  await expect(get("/drop?first=2&name=a", "POST")).rejects.toThrow(/hang up/);
  expect((await get("/drop?first=2&name=a")).body).toBe("request 3\n");
  expect((await get("/drop?first=0&name=b")).body).toBe("request 1\n");
  expect((await get("/drop?first=0")).status).toBe(400);
});
