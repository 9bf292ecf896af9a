import { readdirSync } from "node:fs";
import { type Files, filesBelow } from "../../model/read/files.ts";

/** Where files are read: the disk, or another place that has files in folders. */
export interface Tree {
  /** The names of what is in a folder; undefined where the path is none. */
  list(folder: string): readonly string[] | undefined;
  /** The files of an environment, none of them outside its folder. */
  filesBelow(environmentFile: string): Files;
}

export const DISK: Tree = {
  list(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return undefined; // reading it as a file says what it is
    }
  },
  filesBelow,
};
