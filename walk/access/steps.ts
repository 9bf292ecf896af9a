import type { Step, World } from "../document.ts";
import { OTHER, READER } from "./calls.ts";
import { nameRows } from "./names.ts";
import { ownObjects } from "./own-objects.ts";
import { pastSidecar } from "./past-sidecar.ts";
import { pathRows } from "./paths.ts";
import { users } from "./users.ts";

/** Ways to get round rules: each with the answer that it gets. */
export function accessSteps(world: World): Step[] {
  return [
    // Their namespace has to be there before it is locked.
    { title: "Callers", clients: [READER, OTHER], rows: [] },
    { title: "Paths", file: "stacks/lab/access.yaml", rows: pathRows(world) },
    { title: "Names", rows: nameRows(world) },
    pastSidecar(world),
    ...ownObjects(world),
    users(world),
  ];
}
