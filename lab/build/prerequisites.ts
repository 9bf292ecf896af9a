import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { LabError } from "../errors.ts";
import { runBuildCommand } from "./build-command.ts";
import { exists } from "./cache-entry.ts";

/** A program that the machine must have, and the Debian package that has it. */
interface Requirement {
  readonly program: string;
  readonly debianPackage: string;
  /** Where it is when it isn't on the PATH. */
  readonly file?: string;
}

const requirements: readonly Requirement[] = [
  { program: "containerd", debianPackage: "containerd" },
  { program: "ctr", debianPackage: "containerd" },
  { program: "runc", debianPackage: "runc" },
  {
    program: "bridge (CNI plugin)",
    debianPackage: "containernetworking-plugins",
    file: "/usr/lib/cni/bridge",
  },
  { program: "iptables", debianPackage: "iptables" },
  { program: "ip", debianPackage: "iproute2" },
  { program: "ipset", debianPackage: "ipset" },
  { program: "conntrack", debianPackage: "conntrack" },
  { program: "busybox", debianPackage: "busybox-static" },
  { program: "nsenter", debianPackage: "util-linux" },
  { program: "curl", debianPackage: "curl" },
  { program: "openssl", debianPackage: "openssl" },
  { program: "wrk", debianPackage: "wrk" },
  { program: "tcpdump", debianPackage: "tcpdump" },
  { program: "tar", debianPackage: "tar" },
  { program: "ldd", debianPackage: "libc-bin" },
  { program: "python3", debianPackage: "python3" },
];

const oldestGo = [1, 26] as const;
const elsewhere =
  "or use a cluster that is there: `--provider kind` where Docker runs, `--context NAME` for any other";

/** Throws LabError unless this is Linux, we are root, and Go is new enough. Returns what `go version` says. */
export async function checkMachine(): Promise<string> {
  if (process.platform !== "linux") {
    throw new LabError(
      "The lab can't run here",
      `it needs Linux, this is ${process.platform}`,
      `use a Linux machine, ${elsewhere}`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new LabError(
      "The lab can't run here",
      "it makes network namespaces, which only root may",
      `run it with sudo, ${elsewhere}`,
    );
  }
  const fix = `install Go ${oldestGo.join(".")} or newer and put it on the PATH, ${elsewhere}`;
  if ((await find("go")) === undefined)
    throw new LabError("The lab can't be built", "there is no `go` on the PATH", fix);
  const version = await runBuildCommand({
    file: "go",
    args: ["version"],
    environment: { GOTOOLCHAIN: "local" },
    limit: 20,
    fix,
  });
  const [, major = 0, minor = 0] = (/go(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1])) {
    throw new LabError("The lab can't be built", `this is ${version}`, fix);
  }
  return version;
}

/** The Debian packages of the programs that are missing. */
export async function missingPackages(): Promise<string[]> {
  const missing = new Set<string>();
  for (const { program, debianPackage, file } of requirements) {
    const found = file === undefined ? (await find(program)) !== undefined : await exists(file);
    if (!found) missing.add(debianPackage);
  }
  if (!(await canUsePip())) missing.add("python3-pip");
  return [...missing];
}

/** Installs packages with apt-get. Throws LabError where there is no apt-get. */
export async function installPackages(
  packages: readonly string[],
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const fix = `install what these Debian packages have: ${packages.join(" ")}, ${elsewhere}`;
  if ((await find("apt-get")) === undefined) {
    throw new LabError(
      "Programs are missing",
      `this machine has no apt-get to install ${packages.join(", ")}`,
      fix,
    );
  }
  const common = {
    file: "apt-get",
    environment: { DEBIAN_FRONTEND: "noninteractive" },
    signal,
    onLine: log,
    fix,
  };
  await runBuildCommand({ ...common, args: ["update", "-q"], limit: 300 });
  await runBuildCommand({
    ...common,
    args: ["install", "-y", "-q", "--no-install-recommends", ...packages],
    limit: 900,
  });
  const left = await missingPackages();
  if (left.length > 0) throw new LabError("Programs are missing", `apt-get left out ${left.join(", ")}`, fix);
}

async function canUsePip(): Promise<boolean> {
  if ((await find("python3")) === undefined) return false;
  return runBuildCommand({
    file: "python3",
    args: ["-m", "pip", "--version"],
    limit: 60,
    fix: "install pip",
  }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof LabError) return false;
      throw error;
    },
  );
}

/** Where a program is: on the PATH, or where only root's PATH looks. */
export async function find(program: string): Promise<string | undefined> {
  const directories = [
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/sbin",
    "/sbin",
    "/usr/bin",
    "/bin",
  ];
  for (const directory of directories) {
    const path = join(directory, program);
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (directory !== "" && usable) return path;
  }
  return undefined;
}
