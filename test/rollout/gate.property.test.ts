import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Delivery } from "../../cluster/istiod.ts";
import { lagsIn, SECOND, sinceRead } from "../../rollout/gate/lag.ts";

/** In the order in which istiod sends them. */
const TYPES = ["Cluster", "ClusterLoadAssignment", "Listener", "RouteConfiguration"];

/** A push of istiod's to one proxy; of each type it sends, how long that takes to be sent and then to be taken. */
interface Push {
  readonly gap: number;
  readonly sends: readonly { readonly sent: number; readonly acked: number; readonly left: boolean }[];
}

const push = fc.record({
  gap: fc.integer({ min: 0, max: 1500 }),
  sends: fc.tuple(
    ...TYPES.map(() =>
      fc.record({
        sent: fc.integer({ min: 1, max: 400 }),
        acked: fc.integer({ min: 1, max: 2500 }),
        left: fc.boolean(),
      }),
    ),
  ),
});

interface Sent {
  readonly type: string;
  readonly push: number;
  readonly nonce: string;
  readonly at: number;
  readonly ackedAt: number;
}

/** What is sent when: a proxy's pushes go out one after the other, each in the order of the types. */
function sending(pushes: readonly Push[], begins: readonly number[], watched: readonly string[]): Sent[] {
  let clock = 0;
  return pushes.flatMap(({ sends }, push) => {
    const begun = begins[push] ?? 0;
    const nonce = `${new Date(Math.floor(begun / SECOND) * SECOND).toISOString()}/${push}`;
    clock = Math.max(clock, begun);
    return TYPES.flatMap((type, index) => {
      const send = sends[index];
      if (send === undefined || !watched.includes(type) || (send.left && push > 0)) return [];
      clock += send.sent;
      return [{ type, push, nonce, at: clock, ackedAt: clock + send.acked }];
    });
  });
}

/** What the proxy took last of a type; istiod only counts what was taken before the next was sent. */
function taken(sent: readonly Sent[], type: string, now: number): Sent | undefined {
  const own = sent.filter((one) => one.type === type);
  return own.findLast(({ ackedAt }, index) => ackedAt <= now && ackedAt < (own[index + 1]?.at ?? Infinity));
}

describe("a gate", { timeout: 60_000 }, () => {
  it("does not open while a proxy concerned has an older push, whatever the order of events", () => {
    fc.assert(
      fc.property(
        fc.array(push, { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 0, max: 6000 }),
        fc.integer({ min: 0, max: 1500 }),
        fc.subarray(TYPES, { minLength: 1 }),
        fc.boolean(),
        (pushes, readAt, askedAfter, affected, withRoutes) => {
          const watched = withRoutes ? TYPES : TYPES.slice(0, 3);
          let clock = 0;
          const begins = pushes.map(({ gap }) => (clock += gap));
          // The first push after istiod read the stage holds it, in each type that the stage is about.
          const holding = begins.findIndex((begun) => begun >= readAt);
          const complete = pushes.map((one, index) =>
            index === holding
              ? {
                  ...one,
                  sends: one.sends.map((send, type) => ({
                    ...send,
                    left: send.left && !affected.includes(TYPES[type] ?? ""),
                  })),
                }
              : one,
          );
          const sent = sending(complete, begins, watched);
          const asked = readAt + askedAfter;
          const since = sinceRead(Math.floor(asked / SECOND) * SECOND);
          for (const now of sent
            .flatMap(({ at, ackedAt }) => [at, ackedAt])
            .filter((time) => time >= asked)) {
            const deliveries = new Map(
              watched.map((type): [string, Delivery] => {
                const last = sent.findLast((one) => one.type === type && one.at <= now);
                const acked = taken(sent, type, now)?.nonce;
                return [type, { ...(last && { sent: last.nonce }), ...(acked && { acked }) }];
              }),
            );
            const pod = { name: "p", namespace: "n", life: "", running: true, ready: true, ending: false };
            const sidecars = [{ ...pod, graceSeconds: 0 }];
            const istiods = [{ since, streams: [{ proxy: "p.n", deliveries }] }];
            if (lagsIn({ istiods, gateways: [], sidecars }, false).length > 0) continue;
            expect(holding).toBeGreaterThanOrEqual(0);
            for (const type of affected.filter((type) => watched.includes(type)))
              expect(taken(sent, type, now)?.push).toBeGreaterThanOrEqual(holding);
          }
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
