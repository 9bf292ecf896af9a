import { posix } from "node:path";
import type { Files } from "../../model/files.ts";
import { type Loaded, loadEnvironment } from "../../model/index.ts";

/** The day of tests that name none. */
const NOW = new Date("2026-11-21T12:00:00Z");

/** Loads `env.yaml` out of files that are no files, for tests that read thousands. */
export function loadTexts(texts: Readonly<Record<string, string>>, now = NOW): Loaded {
  const files: Files = {
    identify: (file) => posix.normalize(file),
    read(file) {
      const text = texts[posix.normalize(file)];
      return text === undefined ? { why: "there is no such file", fix: "check the path" } : { text };
    },
  };
  return loadEnvironment("env.yaml", { files, now });
}
