import { defineConfig } from "vitest/config";

export default defineConfig({
  // The examples import the package by its name; here that is its source, not what was built of it.
  resolve: { alias: [{ find: /^sallyport$/, replacement: `${import.meta.dirname}/components/index.ts` }] },
  test: {
    pool: "forks",
    // The end-to-end tests share one cluster, and the lab's tests one machine.
    fileParallelism: false,
    // Most take a second or less; a busy machine may take many.
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/e2e/**"] },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: "test/e2e/setup.ts",
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
