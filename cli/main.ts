#!/usr/bin/env node
import { createRequire } from "node:module";
import { refuseOldNode } from "./node-version.ts";

// An old Node reads this file and what it imports, so neither may need a new one; all else is loaded after the look.
const { engines } = createRequire(import.meta.url)("sallyport/package.json") as { engines: { node: string } };
const refusal = refuseOldNode(process.versions.node, engines.node);
if (refusal === undefined) {
  const { keepCompiled } = await import("./compiled.ts");
  keepCompiled();
  import("./program.ts");
} else {
  process.stderr.write(`sallyport: ${refusal}\n`);
  process.exitCode = 2;
}
