import { chmod, cp, mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** The package as a stranger has it: packed, unpacked, and beside it nothing but the dependencies that it declares. */
export interface Installed {
  /** A project with `node_modules/sallyport`. */
  readonly project: string;
  readonly package: string;
  /** Paths inside the package, as npm packed them. */
  readonly files: readonly string[];
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs the repository and puts the package into a new project, as `npm install` would, without any registry. */
export async function installPackage(): Promise<Installed> {
  const project = await mkdtemp(join(tmpdir(), "sallyport-package-"));
  const { stdout } = await execa("npm", ["pack", "--json", "--offline", "--pack-destination", project], {
    env: { npm_config_update_notifier: "false" },
  });
  const packed = onlyPackage(JSON.parse(stdout));
  const modules = join(project, "node_modules");
  const folder = join(modules, "sallyport");
  await mkdir(join(modules, ".bin"), { recursive: true });
  await mkdir(folder);
  await execa("tar", ["-xzf", join(project, packed.filename), "-C", folder, "--strip-components=1"]);
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    bin: { sallyport: string };
    dependencies: Record<string, string>;
  };
  const bin = join(folder, manifest.bin.sallyport);
  await chmod(bin, 0o755);
  await symlink(bin, join(modules, ".bin", "sallyport"));
  // The compiler and Node's types are the stranger's own.
  for (const name of [...Object.keys(manifest.dependencies), "@types/node"]) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(process.cwd(), "node_modules", name), join(modules, name));
  }
  return { project, package: folder, files: packed.files.map(({ path }) => path) };
}

/** npm 11 prints a list of packages, npm 12 an object of them by name. */
function onlyPackage(printed: unknown): Packed {
  const [packed] = Object.values(printed as Record<string, Packed>);
  if (packed === undefined) throw new Error("npm packed nothing");
  return packed;
}

/** Compiles the consumer's program in a folder of its own and gives what it registers, and the files with its types. */
export async function runConsumer(
  { project }: Installed,
  type: "commonjs" | "module",
): Promise<{ registered: string[]; typed: string[] }> {
  const folder = await mkdtemp(join(project, `${type}-`));
  await cp("test/package/consumer", join(folder, "package/consumer"), { recursive: true });
  await cp("test/components/mocks.ts", join(folder, "components/mocks.ts"), { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "consumer", type }));
  const compilerOptions = {
    target: "es2023",
    module: "nodenext",
    strict: true,
    types: ["node"],
    rewriteRelativeImportExtensions: true,
    rootDir: ".",
    outDir: "out",
    // Checking every declaration file of Pulumi's takes the compiler four times as long.
    skipLibCheck: true,
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const inFolder = { cwd: folder, all: true } as const;
  const tsc = join(process.cwd(), "node_modules/.bin/tsc");
  const typed = await execa(tsc, ["-p", ".", "--listFiles"], inFolder);
  const ran = await execa(process.execPath, ["out/package/consumer/run.js"], inFolder);
  return { registered: ran.stdout.split("\n"), typed: typed.stdout.split("\n") };
}
