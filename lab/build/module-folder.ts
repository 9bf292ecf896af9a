import { join } from "node:path";
import { z } from "zod";
import { LabError } from "../errors.ts";
import { runBuildCommand } from "./build-command.ts";
import { modulesDirectory } from "./directories.ts";
import { goEnvironment } from "./go-programs.ts";

const downloaded = z.object({ Dir: z.string() });

/**
 * The folder of a pinned Go module's source in Go's module cache, fetched when it isn't there: for the few files
 * that we take from modules as they are. `pinnedIn` is the folder under lab/modules that pins it.
 */
export async function moduleFolder(pinnedIn: string, module: string, signal?: AbortSignal): Promise<string> {
  const fix = `run \`go mod download ${module}\` in lab/modules/${pinnedIn} to see why`;
  const said = await runBuildCommand({
    file: "go",
    args: ["mod", "download", "-json", module],
    directory: join(modulesDirectory, pinnedIn),
    environment: goEnvironment,
    limit: 600,
    fix,
    ...(signal === undefined ? {} : { signal }),
  });
  const answer = downloaded.safeParse(JSON.parse(said));
  if (!answer.success) throw new LabError(`The module ${module} can't be had`, said, fix);
  return answer.data.Dir;
}
