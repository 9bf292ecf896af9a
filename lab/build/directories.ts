import { join } from "node:path";
import { fileURLToPath } from "node:url";
import envPaths from "env-paths";

/** The folder with one pinned module a program: `lab/modules/`. */
export const modulesDirectory = fileURLToPath(new URL("../modules/", import.meta.url));

/** Where everything that the lab builds is kept between runs, in the user's cache folder (`XDG_CACHE_HOME` moves it). */
export function buildCacheDirectory(): string {
  return join(envPaths("sallyport", { suffix: "" }).cache, "lab");
}
