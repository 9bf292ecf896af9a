import { setTimeout } from "node:timers/promises";
import type { Row } from "../row.ts";
import { commandRow, type World } from "./world.ts";

/** Longer than Envoy's edge defaults, which cut a stream after five minutes. */
const SECONDS = 310;
const SPARE_SECONDS = 20;
const GIGABYTE = 1_000_000_000;
/** So much may the gateway's Envoy grow by while it passes on a body of a gigabyte: it does not keep it. */
const GROWTH_BYTES = 64 * 2 ** 20;

/** Long and large bodies. The long one begins now, beside all other rows, and is looked at last. */
export async function streamRows(world: World): Promise<{ readonly large: Row[]; readonly long: Row }> {
  const file = "/tmp/events";
  const url = `http://stream.example.com/events?seconds=${SECONDS}`;
  await world.shell(`curl -s -N -m ${SECONDS + SPARE_SECONDS} '${url}' > ${file} 2>&1 &`);
  const end = Date.now() + SECONDS * 1000;
  return {
    large: [
      largeRow(
        world,
        "1 GB received",
        `curl -s -m 120 -o /dev/null -w '%{size_download} bytes' 'http://stream.example.com/bytes?size=${GIGABYTE}'`,
      ),
      largeRow(
        world,
        "1 GB sent",
        `head -c ${GIGABYTE} /dev/zero | curl -s -m 120 -T - http://stream.example.com/upload`,
      ),
    ],
    long: {
      step: `events for ${SECONDS} s`,
      command: `curl -N http://stream.example.com/events?seconds=${SECONDS}`,
      expected: `${SECONDS} events`,
      answer: async () => {
        await setTimeout(Math.max(0, end - Date.now()));
        // A busy machine's seconds are longer than the clock's.
        const isOver = `[ "$(grep -c data ${file})" -ge ${SECONDS} ] || [ $waited -ge ${SPARE_SECONDS} ]`;
        const wait = `waited=0; until ${isOver}; do sleep 1; waited=$((waited + 1)); done`;
        return `${(await world.shell(`${wait}; grep -c data ${file}`)).stdout} events`;
      },
    },
  };
}

/** A body of a gigabyte, which the gateway's Envoy passes on and does not keep. */
function largeRow(world: World, step: string, command: string): Row {
  const row = commandRow(world, step, command, `${GIGABYTE} bytes`);
  return {
    ...row,
    expected: `${row.expected}, the gateway grew by less than 64 MiB`,
    answer: async () => {
      const before = await heap(world);
      const answer = await row.answer();
      const growth = (await heap(world)) - before;
      return `${answer}, the gateway grew by ${growth < GROWTH_BYTES ? "less than 64 MiB" : `${growth} bytes`}`;
    },
  };
}

/** What the gateway's Envoy has of the machine's memory. */
async function heap(world: World): Promise<number> {
  const stats = await world.atGateway([
    "pilot-agent",
    "request",
    "GET",
    "stats?filter=server.memory_heap_size",
  ]);
  return Number(/server\.memory_heap_size: (\d+)/.exec(stats)?.[1]);
}
