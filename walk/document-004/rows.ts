import { clearing } from "./clearing.ts";
import { lockdown } from "./lockdown.ts";
import type { Part } from "./part.ts";
import { waysRound } from "./ways-round.ts";
import { placement, web } from "./web.ts";
import type { World } from "./world.ts";

/** Document 004 from its first request to its clean-up. */
export function document004(world: World): Part[] {
  return [...placement(world), ...web(world), ...lockdown(world), ...waysRound(world), ...clearing(world)];
}
