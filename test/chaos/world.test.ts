import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { clientManifests } from "../../chaos/clients.ts";
import { type HostEntry, isGranted, isOpen } from "../../chaos/grants.ts";
import {
  base,
  CALLER,
  clients,
  environmentFile,
  toMutual,
  toPassthrough,
  withAdded,
  withBoth,
  withDenied,
  withGuest,
} from "../../chaos/world.ts";
import type { Caller } from "../../model/environment.ts";
import { callersOf } from "../../model/rules/callers.ts";
import { loadTexts } from "../model/memory-files.ts";

const declarations = [base, withGuest, withDenied, withAdded, withBoth, ...toPassthrough, ...toMutual].filter(
  (declared) => declared !== "nothing",
);

describe("each declaration", () => {
  it.each(declarations)("is an environment without a problem", (...hosts: HostEntry[]) => {
    const { environment, problems } = loadTexts({ "env.yaml": environmentFile(hosts) });
    expect(problems).toEqual([]);
    // What the count of leaks goes by is what the product reads, in host, port and caller.
    const targets = clients.flatMap((some) => some.targets.map(({ url }) => url));
    for (const url of new Set(targets))
      for (const { namespace, account } of clients) {
        const isClient = (caller: Caller) => caller.namespace === namespace && caller.account === account;
        const { protocol, hostname, port } = new URL(url);
        const wanted = Number(port) || (protocol === "https:" ? 443 : 80);
        const declared = environment?.hosts.find(({ host, port }) => host === hostname && port === wanted);
        const granted =
          declared !== undefined &&
          callersOf(declared).some(isClient) &&
          !declared.deny.some(({ from }) => from.some(isClient));
        expect(isGranted(hosts, { account: `${namespace}/${account}`, url })).toBe(granted);
      }
  });
});

it("without any declaration nothing is granted, and all is open", () => {
  const way = { account: CALLER, url: "http://echo.example.com" };
  expect([isGranted("nothing", way), isOpen("nothing", way)]).toEqual([false, true]);
  expect(isOpen(base, { ...way, account: "chaos-app/other" })).toBe(false);
});

it("the clients' script is one that a shell takes", () => {
  for (const some of clients)
    for (const manifest of clientManifests("image", some).filter(({ kind }) => kind === "Deployment")) {
      const { spec } = manifest as unknown as {
        spec: { template: { spec: { containers: { command: string[] }[] } } };
      };
      const script = spec.template.spec.containers[0]?.command[2] ?? "";
      execFileSync("sh", ["-n", "-c", script]);
      expect(script.match(/^request .* &$/gm)).toHaveLength(some.targets.length * 2);
    }
});
