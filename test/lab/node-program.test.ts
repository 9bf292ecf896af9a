import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { NODE, nodeProgram } from "../../lab/build/node-program.ts";

test.runIf(process.platform === "linux")(
  "a program of Node's has its modules, the packages that they import, and what those need",
  async () => {
    const folder = fileURLToPath(new URL("../../lab/authorizer/", import.meta.url));
    const entries = await nodeProgram("/opt/x", folder, ["@grpc/grpc-js"]);
    const paths = entries.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        NODE,
        "/opt/x/package.json",
        "/opt/x/main.ts",
        "/opt/x/node_modules/@grpc/grpc-js/package.json",
        // Needed by what is needed.
        "/opt/x/node_modules/@grpc/proto-loader/package.json",
        "/opt/x/node_modules/protobufjs/package.json",
        "/opt/x/node_modules/long/package.json",
      ]),
    );
    expect(new Set(paths).size).toBe(paths.length);
    await expect(nodeProgram("/opt/x", folder, ["no-such-package"])).rejects.toThrow("no-such-package");
  },
);
