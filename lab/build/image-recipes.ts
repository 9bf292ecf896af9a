import { readdir, realpath } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LabError } from "../errors.ts";
import { runBuildCommand } from "./build-command.ts";
import type { ImageConfig } from "./image-archive.ts";
import { NODE, nodeProgram } from "./node-program.ts";
import { find } from "./prerequisites.ts";
import { type Entry, programsWithLibraries } from "./root-file-system.ts";

/** An image as it will be: what it holds and how it starts. */
export interface Recipe {
  /** Last part of its reference. */
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly config: ImageConfig;
}

/** Files built or fetched before, by path. */
interface Ingredients {
  readonly pilotDiscovery: string;
  readonly pilotAgent: string;
  readonly coredns: string;
  readonly collector: string;
  readonly envoy: string;
  readonly prometheus: string;
  /** Istio's template of Envoy's first configuration. */
  readonly bootstrapTemplate: string;
  /** Certificate of the lab internet's authority, PEM: the only one that images trust. */
  readonly authority: string;
}

const authorizerHome = "/opt/authorizer";
const istioUser = "1337:1337";
const trusted = "/etc/ssl/certs/ca-certificates.crt";
const environment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  SSL_CERT_FILE: trusted,
};

/** Every image of the lab. The programs of this machine that they hold are copied with their libraries. */
export async function imageRecipes(from: Ingredients): Promise<Recipe[]> {
  const [busybox, base] = [await needed("busybox"), baseEntries(from.authority)];
  const shell = await busyboxEntries(busybox);
  const start = (user: string, ...entrypoint: string[]): ImageConfig => ({
    user,
    entrypoint,
    command: [],
    environment,
  });
  return [
    {
      // Holds a pod's namespaces open; it has nothing to do but to stay.
      name: "pause",
      entries: [{ path: "/bin/busybox", copyOf: busybox }],
      config: start("65535:65535", "/bin/busybox", "sleep", "infinity"),
    },
    {
      name: "pilot",
      entries: [...base, { path: "/usr/local/bin/pilot-discovery", copyOf: from.pilotDiscovery }],
      config: start(istioUser, "/usr/local/bin/pilot-discovery"),
    },
    {
      name: "proxyv2",
      entries: [
        ...base,
        ...shell,
        ...(await iptablesEntries()),
        ...(await programsWithLibraries({ "/usr/local/bin/envoy": from.envoy })),
        { path: "/usr/local/bin/pilot-agent", copyOf: from.pilotAgent },
        {
          path: "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json",
          copyOf: from.bootstrapTemplate,
          mode: 0o644,
        },
      ],
      config: start(istioUser, "/usr/local/bin/pilot-agent"),
    },
    {
      name: "coredns",
      entries: [...base, { path: "/usr/local/bin/coredns", copyOf: from.coredns }],
      config: start("65532:65532", "/usr/local/bin/coredns"),
    },
    {
      name: "prometheus",
      entries: [...base, ...(await programsWithLibraries({ "/usr/bin/prometheus": from.prometheus }))],
      config: start("65534:65534", "/usr/bin/prometheus"),
    },
    {
      name: "collector",
      entries: [...base, { path: "/usr/local/bin/collector", copyOf: from.collector }],
      config: start("65534:65534", "/usr/local/bin/collector"),
    },
    {
      name: "curl",
      entries: [
        ...base,
        ...shell,
        ...(await programsWithLibraries({
          "/usr/bin/curl": await needed("curl"),
          "/usr/bin/openssl": await needed("openssl"),
          "/usr/bin/wrk": await needed("wrk"),
        })),
      ],
      config: { user: "1000:1000", entrypoint: [], command: ["/bin/sleep", "infinity"], environment },
    },
    {
      name: "authorizer",
      entries: [
        ...base,
        ...(await nodeProgram(authorizerHome, fileURLToPath(new URL("../authorizer/", import.meta.url)), [
          "@grpc/grpc-js",
          "@grpc/proto-loader",
        ])),
      ],
      // main.ts in the repository, main.js in the package.
      config: start("65532:65532", NODE, join(authorizerHome, `main${extname(import.meta.filename)}`)),
    },
  ];
}

function baseEntries(authority: string): Entry[] {
  const users = { root: 0, application: 1000, "istio-proxy": 1337, nobody: 65534 };
  const lines = (line: (name: string, id: number) => string) =>
    Object.entries(users)
      .map(([name, id]) => `${line(name, id)}\n`)
      .join("");
  return [
    { path: "/tmp", directoryMode: 0o1777 },
    { path: "/run", directoryMode: 0o755 },
    { path: "/var/run", linkTo: "/run" },
    { path: "/etc/passwd", text: lines((name, id) => `${name}:x:${id}:${id}::/:/bin/sh`) },
    { path: "/etc/group", text: lines((name, id) => `${name}:x:${id}:`) },
    { path: "/etc/nsswitch.conf", text: "passwd: files\ngroup: files\nhosts: files dns\n" },
    { path: trusted, copyOf: authority, mode: 0o644 },
    // OpenSSL's own place for it, for programs started without our environment.
    { path: "/usr/lib/ssl/cert.pem", linkTo: trusted },
  ];
}

/** A shell and the usual small programs, each a link to busybox. */
async function busyboxEntries(busybox: string): Promise<Entry[]> {
  const fix = "install Debian's busybox-static, or any busybox linked statically";
  const applets = (await runBuildCommand({ file: busybox, args: ["--list"], limit: 20, fix })).split("\n");
  const links = applets.filter((name) => /^[a-z0-9]+$/.test(name) && name !== "busybox");
  return [
    { path: "/bin/busybox", copyOf: busybox },
    ...links.map((name): Entry => ({ path: `/bin/${name}`, linkTo: "busybox" })),
  ];
}

/** iptables in both kinds, for pilot-agent to choose from, with the extensions that they open by themselves. */
async function iptablesEntries(): Promise<Entry[]> {
  const program = await needed("xtables-nft-multi");
  const legacy = await find("xtables-legacy-multi");
  const extensions = await extensionsOf(program);
  const names = (kind: string) =>
    ["iptables", "ip6tables"].flatMap((name) =>
      ["", "-save", "-restore"].map((verb) => `${name}${kind}${verb}`),
    );
  const links = (kind: string, target: string): Entry[] =>
    names(kind).map((name) => ({ path: `/usr/sbin/${name}`, linkTo: target }));
  const programs = {
    "/usr/sbin/xtables-nft-multi": program,
    ...(legacy === undefined ? {} : { "/usr/sbin/xtables-legacy-multi": legacy }),
  };
  return [
    ...(await programsWithLibraries(programs, extensions)),
    ...links("", "xtables-nft-multi"),
    ...links("-nft", "xtables-nft-multi"),
    ...(legacy === undefined ? [] : links("-legacy", "xtables-legacy-multi")),
  ];
}

async function extensionsOf(program: string): Promise<string[]> {
  const [library] = (await programsWithLibraries({ program })).flatMap((entry) =>
    entry.path.includes("/libxtables.so") ? [entry.path] : [],
  );
  // The linker may find the library through a link (/lib); the library looks for extensions in the real folder.
  const folder = join(dirname(await realpath(library ?? "/usr/lib/libxtables.so")), "xtables");
  const found = await readdir(folder).catch(() => []);
  if (found.length === 0) {
    throw new LabError(
      "The proxy image can't be made",
      `${folder} has no iptables extensions`,
      "install iptables again",
    );
  }
  return found.filter((name) => name.endsWith(".so")).map((name) => join(folder, name));
}

async function needed(program: string): Promise<string> {
  const path = await find(program);
  if (path === undefined)
    throw new LabError(
      "An image can't be made",
      `there is no ${program} on this machine`,
      `install ${program}`,
    );
  return path;
}
