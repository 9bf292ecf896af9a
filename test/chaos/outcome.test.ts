import { describe, expect, it } from "vitest";
import type { HostEntry } from "../../chaos/grants.ts";
import type { Line } from "../../chaos/lines.ts";
import { type Course, isFine, outcomeOf } from "../../chaos/outcome.ts";
import type { Visit } from "../../chaos/visits.ts";

const CALLER = "shop/caller";
const HTTP = "http://a.example.com";
const HTTPS = "https://a.example.com";
const allow = [{ from: { serviceAccount: CALLER } }];
const http: HostEntry = { host: "a.example.com", tls: "originate", allow };
const alone = [http];
const both: HostEntry[] = [http, { ...http, tls: "passthrough" }];

/** HTTP alone until 1000; passthrough beside it is granted until 2000, and taken away again from 3000 to 4000. */
const course: Course = {
  scenario: "a change",
  timeline: [
    { from: 0, before: alone, after: alone },
    { from: 1000, before: alone, after: both },
    { from: 2000, before: both, after: both },
    { from: 3000, before: both, after: alone },
    { from: 4000, before: alone, after: alone },
  ],
  gateSeconds: [0.7, 0.8],
  cuts: [],
  ended: 5000,
};

function request(url: string, begun: number, ended: number, code = 0, account = CALLER): Line {
  return {
    kind: "request",
    request: { account, url: `${url}/1`, begun, ended, code, exit: code === 0 ? 56 : 0 },
  };
}

function visit(url: string, time: number, account = CALLER, connection = "10.0.0.1:1"): Visit {
  return { account, url, time, connection };
}

const of = (lines: Line[], visits: Visit[] = [], other: Partial<Course> = {}) =>
  outcomeOf({ ...course, ...other }, { lines, visits });

describe("a request that failed", () => {
  it("counts where its way was declared before and after the change that it met", () => {
    expect(of([request(HTTP, 900, 1100)]).failed).toHaveLength(1);
  });

  it("does not count while its way is added or taken away, or not declared at all", () => {
    const lines = [
      request(HTTPS, 1500, 1600),
      request(HTTPS, 2900, 3100),
      request(HTTPS, 4500, 4600),
      request(HTTP, 500, 600, 403, "shop/other"),
    ];
    expect(of(lines)).toMatchObject({ failed: [], granted: 0, requests: 4 });
  });

  it("counts from the gate that says that its way is in force", () => {
    expect(of([request(HTTPS, 2000, 2100)]).failed).toHaveLength(1);
  });

  it("counts where it got another answer than the host's", () => {
    expect(of([request(HTTP, 100, 200, 503)]).failed).toHaveLength(1);
    expect(of([request(HTTP, 100, 200, 200)])).toMatchObject({
      failed: [],
      granted: 1,
      grantedPerSecond: 0.2,
    });
  });

  it("is told apart where a pod was killed under it", () => {
    const lines = [request(HTTP, 100, 145), request(HTTP, 100, 200), request(HTTP, 160, 200)];
    const outcome = of(lines, [], { cuts: [{ begun: 150, ended: 155 }] });
    expect(outcome).toMatchObject({ inFlight: 1, failed: [{ ended: 145 }, { begun: 160 }] });
  });
});

describe("what was seen outside", () => {
  it("is late before the gate, and a leak after it", () => {
    const outcome = of([], [visit(HTTPS, 2500), visit(HTTPS, 3500), visit(HTTPS, 4000)]);
    expect(outcome).toMatchObject({ late: 1, leaks: [{ time: 4000 }] });
    expect(isFine({ ...outcome, grantedPerSecond: 60 })).toBe(false);
  });

  it("is a leak at any time where neither side of a change declares it", () => {
    expect(of([], [visit(HTTP, 3500, "shop/other")]).leaks).toHaveLength(1);
  });

  it("is a leak where a stream goes on after its grant was taken away", () => {
    const event = (time: number): Line => ({ kind: "event", event: { account: CALLER, url: HTTPS, time } });
    expect(of([event(2900), event(3900), event(4900)])).toMatchObject({ late: 1, leaks: [{ time: 4900 }] });
  });

  it("is told apart on connections from before the lockdown, but not on new ones", () => {
    const deployed: Partial<Course> = {
      timeline: [
        { from: 0, before: "nothing", after: "nothing" },
        { from: 1000, before: "nothing", after: alone },
        { from: 2000, before: alone, after: alone },
      ],
    };
    const old = [100, 1500, 2500].map((time) => visit(HTTPS, time, "shop/other", "10.0.0.1:1"));
    const fresh = [2500].map((time) => visit(HTTPS, time, "shop/other", "10.0.0.1:2"));
    expect(of([], old, deployed)).toMatchObject({ late: 1, older: 1, leaks: [] });
    expect(of([], fresh, deployed)).toMatchObject({ older: 0, leaks: [{ time: 2500 }] });
    const others = [visit(HTTPS, 100, CALLER, "10.0.0.1:2"), ...fresh];
    expect(of([], others, deployed)).toMatchObject({ older: 0, leaks: [{ time: 2500 }] });
  });
});

describe("a stream", () => {
  const stream = (ended: number, account = CALLER, code = 200): Line => ({
    kind: "stream",
    stream: { account, url: HTTP, begun: 100, ended, code, exit: 18 },
  });

  it("counts as cut where it is granted as it ends", () => {
    expect(of([stream(3500), stream(600, "shop/other"), stream(700, CALLER, 503)]).cutStreams).toBe(1);
  });
});

it("says how long each change took", () => {
  expect(of([])).toMatchObject({ applySeconds: [1, 1], gateSeconds: [0.7, 0.8] });
  const [first, given, ...rest] = course.timeline;
  if (first === undefined || given === undefined) throw new Error("there is no change");
  const timeline = [first, given, { ...given, from: 1500, isDraining: true as const }, ...rest];
  expect(of([request(HTTPS, 1600, 1700, 403)], [], { timeline })).toMatchObject({
    applySeconds: [0.5, 1],
    failed: [],
  });
});

describe("the load", () => {
  const granted = (count: number) => Array.from({ length: count }, () => request(HTTP, 4100, 4200, 200));

  it("is too small to tell below 50 granted requests a second", () => {
    expect(isFine(of(granted(250)))).toBe(true);
    expect(isFine(of(granted(249)))).toBe(false);
  });

  it("counts by the time in which something is declared", () => {
    const deployed: Partial<Course> = {
      timeline: [
        { from: 0, before: "nothing", after: "nothing" },
        { from: 1000, before: "nothing", after: alone },
        { from: 3000, before: alone, after: alone },
      ],
    };
    expect(of(granted(120), [], deployed).grantedPerSecond).toBe(60);
  });
});
