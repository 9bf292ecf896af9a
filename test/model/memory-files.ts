import { posix } from "node:path";
import { type Loaded, loadEnvironment } from "../../model/index.ts";
import type { Files } from "../../model/read/files.ts";

/** The day of tests that name none. */
export const NOW = new Date("2026-11-21T12:00:00Z");

/** Files that are none, for tests that read thousands. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  return {
    identify: (file) => posix.normalize(file),
    read(file) {
      const name = posix.normalize(file);
      // Each object has more than was put into it, such as `constructor`.
      const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
      return text === undefined ? { why: "there is no such file", fix: "check the path" } : { text };
    },
  };
}

/** Loads `env.yaml` out of such files. */
export function loadTexts(texts: Readonly<Record<string, string>>, now = NOW): Loaded {
  return loadEnvironment("env.yaml", { files: filesOf(texts), now });
}
