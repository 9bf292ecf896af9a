import { expect, it } from "vitest";
import { parseLine } from "../../chaos/lines.ts";
import { parseVisit, urlFor } from "../../chaos/visits.ts";

it("reads a client's lines", () => {
  expect(
    parseLine("2026-11-21T19:00:00.500123Z request http://a.example.com/chaos/x 200 0 0.250", "shop/caller"),
  ).toEqual({
    kind: "request",
    request: {
      account: "shop/caller",
      url: "http://a.example.com/chaos/x",
      begun: Date.parse("2026-11-21T19:00:00.250Z"),
      ended: Date.parse("2026-11-21T19:00:00.500Z"),
      code: 200,
      exit: 0,
    },
  });
  expect(parseLine("2026-11-21T19:00:01Z event http://a.example.com/events", "shop/caller")).toMatchObject({
    kind: "event",
  });
  expect(parseLine("2026-11-21T19:00:01Z sh: out of memory", "shop/caller")).toBeUndefined();
});

it("finds the way of a request in what the outside saw of it", () => {
  for (const url of ["http://a.example.com", "https://a.example.com", "http://a.example.com:8080"]) {
    const asked = new URL(`${urlFor({ account: "shop/caller", url })}/kept/1/2`);
    const line = JSON.stringify({
      time: "2026-11-21T19:00:00.000Z",
      scheme: "https",
      host: `${asked.hostname}:443`,
      path: asked.pathname,
      remoteAddress: "198.18.0.21",
      remotePort: 4711,
    });
    const time = Date.parse("2026-11-21T19:00:00Z");
    expect(parseVisit(line)).toEqual({ account: "shop/caller", url, time, connection: "198.18.0.21:4711" });
  }
  expect(parseVisit('{"path":"/"}')).toBeUndefined();
});
