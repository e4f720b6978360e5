import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { instrument } from "./instrument.js";
import { mutantsOfPackage, root } from "./subjects.js";

const mutants = mutantsOfPackage(process.env.BNAS_MUTATION_PACKAGE ?? "");

/** One worker that keeps what it imported from npm; the code under test is imported again for every file. */
export default defineConfig({
  root,
  plugins: [
    {
      name: "mutants",
      enforce: "pre",
      transform(source, id) {
        const own = mutants.filter(({ file }) => file === relative(root, id));
        return own.length === 0 ? undefined : { code: instrument(source, own), map: null };
      },
    },
  ],
  resolve: { conditions: ["@bnas/source"] },
  ssr: { resolve: { conditions: ["@bnas/source", "node", "import", "default"] } },
  test: {
    include: ["{packages,services}/*/test/**/*.test.ts", "test/integration/*.test.ts"],
    runner: new URL("runner.ts", import.meta.url).pathname,
    pool: "threads",
    isolate: false,
    maxWorkers: 1,
    testTimeout: 120_000,
    reporters: [{}],
    dangerouslyIgnoreUnhandledErrors: true,
  },
});
