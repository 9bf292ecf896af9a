import { dirname, join } from "node:path";
import { loadEnvironment } from "../../model/index.ts";
import { environmentName } from "./manifests.ts";
import type { Tree } from "./tree.ts";

/**
 * Finds the environment files beside a catalog, or in the folder above its own, that import it, be it by other
 * catalogs. Each is read once, however many catalogs are asked for.
 */
export function importersIn(tree: Tree): (catalog: string) => string[] {
  const known = new Map<string, ReadonlySet<string>>();
  const readOf = (file: string) => {
    const read = known.get(file) ?? readBy(file, tree);
    known.set(file, read);
    return read;
  };
  return (catalog) => {
    const folder = dirname(catalog);
    return [...new Set([folder, join(folder, "..")])].flatMap((one) =>
      (tree.list(one) ?? [])
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => join(one, name))
        .filter((file) => readOf(file).has(tree.filesBelow(file).identify(catalog)))
        .sort(),
    );
  };
}

/** What stands for the files that an environment file is made of; nothing where it is none, or imports none. */
function readBy(environmentFile: string, tree: Tree): ReadonlySet<string> {
  const files = tree.filesBelow(environmentFile);
  const own = files.read(environmentFile);
  const read = new Set<string>();
  if (!("text" in own) || !own.text.includes("imports") || environmentName(own.text) === undefined)
    return read;
  loadEnvironment(environmentFile, {
    files: {
      identify: files.identify,
      read(file) {
        read.add(files.identify(file));
        return files.read(file);
      },
    },
  });
  return read;
}
