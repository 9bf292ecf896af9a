import { describe, expect, it } from "vitest";
import { parseWrk, wrkCommand } from "../../bench/wrk.ts";

/** As wrk 4.1.0 printed it. */
const PRINTED = `Running 3s test @ http://www.google.com:80/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.83ms  836.86us  13.74ms   86.41%
    Req/Sec    22.74k     2.53k   26.17k    86.67%
  Latency Distribution
     50%  835.00us
     75%    3.04ms
     90%    3.42ms
     99%    1.34s 
  67914 requests in 3.01s, 18.20MB read
Requests/sec:  22561.81
Transfer/sec:      6.05MB
`;

describe("what wrk prints", () => {
  it("gives requests a second, and latency in milliseconds whatever its unit", () => {
    expect(parseWrk(PRINTED)).toEqual({ requestsPerSecond: 22561.81, p50: 0.835, p99: 1340, failed: 0 });
  });

  it("may have milliseconds", () => {
    expect(parseWrk(PRINTED.replace("835.00us", "  3.04ms")).p50).toBe(3.04);
  });

  it("counts every kind of failure", () => {
    const failed = PRINTED.replace(
      "Requests/sec",
      "  Socket errors: connect 1, read 20, write 300, timeout 4000\n  Non-2xx or 3xx responses: 50000\nRequests/sec",
    );
    expect(parseWrk(failed).failed).toBe(54321);
  });

  it("is refused where numbers are missing", () => {
    expect(() => parseWrk("unable to connect to www.google.com:80 Connection refused\n")).toThrow(
      /Connection refused/,
    );
  });
});

it("wrk closes each connection only where it is told to", () => {
  const close = "--header=Connection: close";
  expect(wrkCommand("u", { keepAlive: true, connections: 1 }, 5)).not.toContain(close);
  expect(wrkCommand("u", { keepAlive: false, connections: 64 }, 5)).toEqual([
    ...["wrk", "--latency", "--threads=1", "--connections=64", "--duration=5s", close, "u"],
  ]);
});
