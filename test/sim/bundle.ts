import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");

/** A change of a source file that makes a fault: `find` stands there once. */
export type Change = { readonly file: string; readonly find: string; readonly replace: string };

/** What code of services and packages imports, and what it gets in a run. */
const STAND_INS: Readonly<Record<string, string>> = {
  "node:timers/promises": "world/timers-promises.ts",
  "node:fs/promises": "world/fs-promises.ts",
  "@nats-io/transport-node": "nats/transport-node.ts",
  "@nats-io/jetstream": "nats/jetstream-module.ts",
};

const standIns: Plugin = {
  name: "stand-ins",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      const inSimulator = relative(here, importer).startsWith("nats") || relative(here, importer).startsWith("world");
      const file = inSimulator ? undefined : STAND_INS[path];
      if (file !== undefined) return { path: join(here, file) };
      return path.startsWith("@bnas/") ? undefined : { path, external: true };
    });
  },
};

const planted = (changes: readonly Change[]): Plugin => ({
  name: "planted",
  setup({ onLoad }) {
    for (const file of new Set(changes.map(({ file }) => file))) {
      const filter = new RegExp(`${file.replace(/[.\\/]/g, "\\$&")}$`);
      onLoad({ filter }, async ({ path }) => {
        let contents = await readFile(path, "utf8");
        for (const { find, replace } of changes.filter((change) => change.file === file)) {
          if (contents.split(find).length !== 2) throw new Error(`${file} has not once: ${find}`);
          contents = contents.replace(find, () => replace);
        }
        return { contents, loader: "ts" };
      });
    }
  },
});

/** Files that read others beside them get the place where they were. */
const inPlace: Plugin = {
  name: "in-place",
  setup({ onLoad }) {
    onLoad({ filter: /proto\/src\/request-check\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      return { contents: text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)), loader: "ts" };
    });
  },
};

/** Bundle the simulator with the services as they are, or with changes. @returns the path of a module */
export const bundle = async (name: string, changes: readonly Change[] = []): Promise<string> => {
  // Inside node_modules, so that what is not bundled is found from there.
  const outfile = join(root, "node_modules/.cache/bnas-sim", `${name}.mjs`);
  await mkdir(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [join(here, "simulate-seed.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@bnas/source"],
    sourcemap: "inline",
    logLevel: "error",
    plugins: [planted(changes), inPlace, standIns],
  });
  return outfile;
};
