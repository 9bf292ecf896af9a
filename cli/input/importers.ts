import { dirname, join } from "node:path";
import { loadEnvironment } from "../../model/index.ts";
import { environmentName } from "./manifests.ts";
import type { Tree } from "./tree.ts";

/** The environment files beside a catalog, or in the folder above its own, that import it, be it by other catalogs. */
export function importersOf(catalog: string, tree: Tree): string[] {
  const folder = dirname(catalog);
  return [...new Set([folder, join(folder, "..")])].flatMap((one) =>
    (tree.list(one) ?? [])
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => join(one, name))
      .filter((file) => imports(file, catalog, tree))
      .sort(),
  );
}

function imports(environmentFile: string, catalog: string, tree: Tree): boolean {
  const files = tree.filesBelow(environmentFile);
  const own = files.read(environmentFile);
  if (!("text" in own) || !own.text.includes("imports") || environmentName(own.text) === undefined)
    return false;
  const read = new Set<string>();
  loadEnvironment(environmentFile, {
    files: {
      identify: files.identify,
      read(file) {
        read.add(files.identify(file));
        return files.read(file);
      },
    },
  });
  return read.has(files.identify(catalog));
}
