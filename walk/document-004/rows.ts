import type { Row } from "../row.ts";
import { clearing } from "./clearing.ts";
import { lockdown } from "./lockdown.ts";
import { waysRound } from "./ways-round.ts";
import { placement, web } from "./web.ts";
import type { World } from "./world.ts";

/** A part of the document: what is put in force before it, and its rows. */
export interface Part {
  readonly title: string;
  readonly prepare: () => Promise<void>;
  readonly rows: readonly Row[];
}

/** Document 004 from its first request to its clean-up. */
export function document004(world: World): Part[] {
  return [...placement(world), ...web(world), ...lockdown(world), ...waysRound(world), ...clearing(world)];
}
