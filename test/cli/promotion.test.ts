import { describe, expect, it, vi } from "vitest";
import { folderOf } from "../folders.ts";
import { sallyport } from "./sallyport.ts";

// Each run is a process, which takes a second on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const environment = (name: string, hosts: string, head = "") =>
  `environment: ${name}\n${head}gateways:\n  - { name: egress, namespace: egress }\nowner: news\nhosts:\n${hosts}`;
const host = (name: string, allow: string) => `  - { host: ${name}, tls: none, allow: [${allow}] }\n`;
const NEWS = "{ from: { namespace: news } }";
const FROM = "promotesFrom: staging\n";

function run(staging: string, prod: string, ...more: string[]) {
  const folder = folderOf({
    "stacks/staging.yaml": staging,
    "stacks/prod.yaml": prod,
    // Nobody answers there: whoever gets so far was let through.
    kubeconfig:
      "apiVersion: v1\nkind: Config\nclusters: [{ name: c, cluster: { server: 'https://127.0.0.1:45999' } }]\ncontexts: [{ name: c, context: { cluster: c, user: '' } }]\n",
  });
  const to = ["--context", "c", "--kubeconfig", `${folder}/kubeconfig`];
  return sallyport(["apply", `${folder}/stacks/prod.yaml`, ...to, "--dry-run", ...more]);
}

describe("an environment that promotes from another", () => {
  const staging = environment("staging", host("edition.cnn.com", NEWS));

  it.each([
    ["a host", host("edition.cnn.com", NEWS) + host("www.google.com", NEWS), "www.google.com:80"],
    ["a caller", host("edition.cnn.com", `${NEWS}, { from: { namespace: shop } }`), "shop/*"],
  ])("is refused where it grants %s more, with the place and the way out", (_, hosts, named) => {
    const { exit, stdout, stderr } = run(staging, environment("prod", hosts, FROM));
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    expect(stderr).toContain(named);
    expect(stderr).toMatch(/prod\.yaml:\d+:\d+.*staging does not let .* call this.*--skip-promotion/s);
    expect(stderr).toContain("prod.yaml: 1 problem\n");
  });

  it.each([
    [
      "it grants the same, in another trust domain",
      environment("prod", host("edition.cnn.com", NEWS), `${FROM}mesh: { trustDomain: prod.example }\n`),
    ],
    [
      "it grants less",
      environment("prod", host("edition.cnn.com", "{ from: { namespace: news }, paths: [/politics] }"), FROM),
    ],
    ["it says nothing of another", environment("prod", host("www.google.com", NEWS))],
  ])("is let through where %s", (_, prod) => {
    expect(run(staging, prod)).toMatchObject({ exit: 2, stderr: expect.stringContaining("does not answer") });
  });

  it("is let through where it was said so", () => {
    const prod = environment("prod", host("www.google.com", NEWS), FROM);
    expect(run(staging, prod, "--skip-promotion")).toMatchObject({ exit: 2 });
  });

  it("is refused with the other's problems, where that can't be read or is at fault", () => {
    const prod = environment("prod", host("edition.cnn.com", NEWS), FROM);
    const { exit, stderr } = run(staging.replace("egress", "Egress"), prod);
    expect(exit).toBe(1);
    expect(stderr).toContain("staging.yaml:3:");
    const missing = run(staging, prod.replace("promotesFrom: staging", "promotesFrom: test"));
    expect(missing.exit).toBe(1);
    expect(missing.stderr).toContain("test.yaml");
  });
});

it("prod of this repository is promoted from its staging", () => {
  expect(sallyport(["apply", "stacks/prod.yaml", "--context", "none", "--dry-run"])).toMatchObject({
    exit: 2,
    stderr: expect.not.stringContaining("staging"),
  });
});
