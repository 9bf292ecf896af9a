import { randomBytes } from "node:crypto";
import type { Row } from "../row.ts";
import { loggedRow } from "./logged.ts";
import { codeOf, commandRow, type World } from "./world.ts";

/** What is tried again, by whom and how often; and a host that fails too often. */
export function retryRows(world: World): Row[] {
  const newName = () => randomBytes(4).toString("hex");
  const [few, sent, many] = [newName(), newName(), newName()];
  // It drops the first requests of a name, and counts them.
  const dropped = (first: number, name: string) =>
    `'http://failing.example.com/drop?first=${first}&name=${name}'`;
  const failing = "http://failing.example.com:8080";
  return [
    commandRow(
      world,
      "a request that the host drops is tried again",
      `curl -s -m 20 ${dropped(2, few)}`,
      "request 3",
    ),
    loggedRow(world, {
      row: commandRow(
        world,
        "a POST that the host drops is not",
        `(${codeOf(dropped(2, sent), "-X POST")}; echo; curl -s ${dropped(0, sent)}) | xargs`,
        "503 request 2",
      ),
      host: "failing.example.com",
      reason: "upstream_reset_before_response_started",
    }),
    loggedRow(world, {
      row: commandRow(
        world,
        "the gateway tries twice more, the sidecar never",
        `(${codeOf(dropped(9, many))}; echo; curl -s ${dropped(0, many)}) | xargs`,
        "503 request 4",
      ),
      host: "failing.example.com",
      reason: "URX",
    }),
    loggedRow(world, {
      row: commandRow(
        world,
        "a host that fails too often is left out",
        `for code in 500 500 500 200; do ${codeOf(`${failing}/status?code=$code`)}; echo; done | xargs`,
        "500 500 500 503",
      ),
      host: new URL(failing).host,
      reason: "UH",
    }),
  ];
}
