import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Property tests try the same examples in every run, or those of BNAS_EXAMPLES_SEED.
const examples = {
  find: /^fast-check$/,
  replacement: fileURLToPath(new URL("test/same-examples.ts", import.meta.url)),
};
// Packages see each other's source, not what was built of it: unit tests need no build. Vite adds "import" and "default" by itself. They
// must not be named here: the conditions go to Node too, where "import" would also answer what CommonJS requires.
const source = {
  resolve: { conditions: ["@bnas/source"], alias: [examples] },
  ssr: { resolve: { conditions: ["@bnas/source", "node"] } },
};
// Other tests start the programs, which are built: first of all, so that no test runs what was built of yesterday's source.
const built = "test/build-first.ts";

// Unit tests are quick and pure or nearly so; integration tests start real servers and processes; cluster tests run pods, and have
// a command of their own.
export default defineConfig({
  test: {
    // A file for each core, of unit tests first. Integration tests wait much, for servers that come back and processes that start.
    maxWorkers: "100%",
    projects: [
      {
        ...source,
        test: {
          name: "unit",
          include: [
            "packages/*/test/**/*.test.ts",
            "services/*/test/**/*.test.ts",
            "cli/test/**/*.test.ts",
            "test/contract/**/*.test.ts",
            "test/chart/**/*.test.ts",
            "test/bench/**/*.test.ts",
            "test/mutation/**/*.test.ts",
            "test/one-bit/**/*.test.ts",
            "test/rigor/**/*.test.ts",
            "test/signal/**/*.test.ts",
            "test/sim/**/*.test.ts",
            "test/soak/**/*.test.ts",
          ],
          testTimeout: 180_000,
        },
      },
      {
        ...source,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: [built],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // What was built just now: services that start a thread here need the file of it in dist.
        test: {
          // Only when asked for, by npm run test:cluster: on a real Kubernetes, which it builds and starts where there is none.
          name: "cluster",
          include: ["test/cluster/**/*.test.ts"],
          globalSetup: [built, "test/cluster/set-up.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
