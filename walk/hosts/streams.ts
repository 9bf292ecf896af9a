import { setTimeout } from "node:timers/promises";
import type { Row } from "../row.ts";
import { commandRow, type World } from "./world.ts";

/** Longer than Envoy's edge defaults, which cut a stream after five minutes. */
const SECONDS = 310;
const SPARE_SECONDS = 20;
const GIGABYTE = 1_000_000_000;
/** So much may an Envoy grow by while it passes on a body of a gigabyte: it does not keep it. */
const GROWTH_BYTES = 64 * 2 ** 20;

/** A host of long and large bodies in each way of sending bytes on. */
const URLS = {
  none: "http://stream.example.com",
  originate: "http://long.example.com",
  mutual: "http://long.mutual.example.com",
  wildcard: "http://long.wild.example.com",
  passthrough: "https://long.example.com",
} as const;

/**
 * Long and large bodies; the signal ends the wait for the long ones. These begin now, beside the rows that follow, and
 * are looked at last.
 */
export async function streamRows(
  world: World,
  signal: AbortSignal,
): Promise<{ readonly large: Row[]; readonly long: Row[] }> {
  const modes = Object.entries(URLS);
  const end = Date.now() + SECONDS * 1000;
  for (const [mode, url] of modes)
    await world.shell(`curl -s -N -m ${SECONDS + SPARE_SECONDS} ${eventsOf(url)} > /tmp/${mode} 2>&1 &`);
  return {
    large: modes.flatMap(([mode, url]) => [
      largeRow(
        world,
        `${mode}: 1 GB received`,
        `curl -s -m 120 -o /dev/null -w '%{size_download} bytes' '${url}/bytes?size=${GIGABYTE}'`,
      ),
      largeRow(
        world,
        `${mode}: 1 GB sent`,
        `head -c ${GIGABYTE} /dev/zero | curl -s -m 120 -T - ${url}/upload`,
      ),
    ]),
    long: modes.map(([mode, url]) => ({
      step: `${mode}: events for ${SECONDS} s`,
      command: `curl -N ${eventsOf(url)}`,
      expected: `${SECONDS} events`,
      answer: async () => {
        await setTimeout(Math.max(0, end - Date.now()), undefined, { signal });
        // A busy machine's seconds are longer than the clock's.
        const isOver = `[ "$(grep -c data /tmp/${mode})" -ge ${SECONDS} ] || [ $waited -ge ${SPARE_SECONDS} ]`;
        const wait = `waited=0; until ${isOver}; do sleep 1; waited=$((waited + 1)); done`;
        return `${(await world.shell(`${wait}; grep -c data /tmp/${mode}`)).stdout} events`;
      },
    })),
  };
}

function eventsOf(url: string): string {
  return `'${url}/events?seconds=${SECONDS}'`;
}

/** A body of a gigabyte, which the Envoys on its way pass on and do not keep. */
function largeRow(world: World, step: string, command: string): Row {
  const row = commandRow(world, step, command, `${GIGABYTE} bytes`);
  return {
    ...row,
    expected: `${row.expected}, the sidecar and the gateway grew by less than 64 MiB`,
    answer: async () => {
      const before = await heaps(world);
      const answer = await row.answer();
      const growth = (await heaps(world)).map((bytes, index) => bytes - (before[index] ?? 0));
      const much = growth.some((bytes) => !(bytes < GROWTH_BYTES));
      return `${answer}, the sidecar and the gateway grew by ${much ? `${growth.join(" and ")} bytes` : "less than 64 MiB"}`;
    },
  };
}

/** What the caller's Envoy and the gateway's have of the machine's memory. */
async function heaps({ askEnvoy }: World): Promise<number[]> {
  const path = "stats?filter=server.memory_heap_size";
  const answers = [await askEnvoy(path, "caller"), await askEnvoy(path, "gateway")];
  return answers.map((text) => Number(/server\.memory_heap_size: (\d+)/.exec(text)?.[1]));
}
