import { rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { runBuildCommand } from "./build-command.ts";
import { makeOnce } from "./cache-entry.ts";
import { modulesDirectory } from "./directories.ts";
import { type GoModule, goBuildArguments, goEnvironment } from "./go-programs.ts";

const limitInSeconds = 45 * 60;

/**
 * Builds a module's programs into the folder `path`, unless they are there. What an interrupted build had compiled
 * is in Go's own cache, so the next one goes on from there.
 */
export async function buildGoModule(
  module: GoModule,
  path: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await makeOnce(path, async (directory) => {
    let compiled = 0;
    await runBuildCommand({
      file: "go",
      // -v prints each package as it is compiled.
      args: [...goBuildArguments(module), "-v", "-o", `${directory}/`, ...Object.values(module.programs)],
      directory: join(modulesDirectory, module.name),
      environment: goEnvironment,
      limit: limitInSeconds,
      signal,
      fix: "see what Go says above; a module that can't be fetched needs the network (or GOPROXY) once. The build goes on from where it stopped.",
      onLine: (line) => {
        compiled += 1;
        log(`${compiled} packages compiled, now ${line}`);
      },
    });
    for (const [program, source] of Object.entries(module.programs)) {
      const built = basename(source.replace(/\/v\d+$/, ""));
      if (built !== program) await rename(join(directory, built), join(directory, program));
    }
  });
}
