import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makeOnce } from "./cache-entry.ts";
import { fingerprint } from "./fingerprint.ts";
import { writeImageArchive } from "./image-archive.ts";
import type { Recipe } from "./image-recipes.ts";
import { contentOf, layOut } from "./root-file-system.ts";

/** Where the lab's images seem to come from; nothing is ever pulled from there. With `imageTag` it is istioctl's `hub` and `tag`. */
const imageHub = "localhost/sallyport-lab";
const imageTag = "lab";

/** An image archive on disk. */
export interface ImageFile {
  readonly reference: string;
  readonly archive: string;
}

/** What an image is made of: its files by content, and how it starts. */
export async function imageKey(recipe: Recipe): Promise<string> {
  return fingerprint({
    entries: await contentOf(recipe.entries),
    config: JSON.stringify(recipe.config),
    tag: reference(recipe),
  });
}

/** The image's archive in the cache folder `path`. */
export function imageFile(recipe: Recipe, path: string): ImageFile {
  return { reference: reference(recipe), archive: join(path, "image.tar") };
}

/** Writes the image's archive into the folder `path`, unless it is there. */
export async function makeImage(recipe: Recipe, path: string, signal: AbortSignal): Promise<void> {
  await makeOnce(path, async (directory) => {
    const root = join(directory, "root");
    await layOut(recipe.entries, root);
    await writeImageArchive(
      { reference: reference(recipe), root, config: recipe.config },
      imageFile(recipe, directory).archive,
      signal,
    );
    await rm(root, { recursive: true });
  });
}

function reference(recipe: Recipe): string {
  return `${imageHub}/${recipe.name}:${imageTag}`;
}
