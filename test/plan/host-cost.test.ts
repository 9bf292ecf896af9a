import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import type { HostInput } from "../../model/complete.ts";
import { changedKeys, printed } from "./hosts.ts";

const FROM = { namespace: "news" };

/** A host of the kind, one for each number; granted to a namespace where it does not say otherwise. */
type Kind = (number: number) => Omit<HostInput, "allow"> & Partial<HostInput>;

/** A host of each row of the table «What a host costs», by its first words there. */
const KINDS: Readonly<Record<string, Kind>> = {
  "HTTP modes": (n) => ({ host: `h${n}.example.com`, tls: "none" }),
  "`passthrough`": (n) => ({ host: `h${n}.example.com`, tls: "passthrough" }),
  "with `limits` or `outlierDetection`": (n) => ({
    host: `h${n}.example.com`,
    tls: "none",
    limits: { requests: 1 },
  }),
  "to another port than the authority tells": (n) => ({
    host: `h${n}.example.com`,
    tls: "originate",
    port: 8080,
  }),
  "with `rateLimit`": (n) => ({ host: `h${n}.example.com`, tls: "none", rateLimit: { requests: 1 } }),
  "with `refuse: not-found`": (n) => ({
    host: `h${n}.example.com`,
    tls: "none",
    refuse: "not-found",
    allow: [{ from: FROM, paths: ["/public"] }],
  }),
  "with a `deny`": (n) => ({
    host: `h${n}.example.com`,
    tls: "none",
    deny: [{ from: { serviceAccount: "news/bad" } }],
  }),
  "an HTTP wildcard": (n) => ({ host: `*.h${n}.example.com`, tls: "none" }),
  "a `passthrough` wildcard": (n) => ({ host: `*.h${n}.example.com`, tls: "passthrough" }),
  "the same with `server`": (n) => ({
    host: `*.h${n}.example.com`,
    tls: "passthrough",
    server: `www.h${n}.example.com`,
  }),
  "`tcp` by address": (n) => ({
    host: `h${n}.example.com`,
    tls: "tcp",
    port: 5432,
    addresses: [`203.0.113.${n}/32`],
  }),
};

/** How many objects differ without the last of some hosts. */
function objectsOfOneMore(kind: Kind): number {
  const many = Array.from({ length: 40 }, (_, number) => ({ allow: [{ from: FROM }], ...kind(number) }));
  return changedKeys(printed(many.slice(1)), printed(many)).length;
}

it("costs each kind of host what docs/hosts.md says", async () => {
  const page = await readFile(new URL("../../docs/hosts.md", import.meta.url), "utf8");
  const table = page.slice(page.indexOf("## What a host costs"));
  const rows = [...table.matchAll(/^\| ([^|]+?) +\| (\d+) +\|/gm)].map(([, kind = "", objects]) => [
    kind,
    Number(objects),
  ]);
  const counted = Object.entries(KINDS).map(([kind, host]) => [kind, objectsOfOneMore(host)]);
  // The gateway of this test has no port to give a TCP host by name.
  expect(rows.filter(([kind]) => kind !== "`tcp` by name")).toEqual(counted);
});
