import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // The end-to-end tests share one lab, and one machine.
    fileParallelism: false,
  },
});
