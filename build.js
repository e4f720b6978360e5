// Builds every package that has changed, which is quick where none has: `npm run build`. Tests that start processes do it first.
// It says one line where it takes longer, and shows the compiler's words only where it fails.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const SILENT_MS = 1500;

/** Resolves to what turbo printed when every package is built. Rejects with it when one is not. */
const runTurbo = () =>
  new Promise((resolve, reject) => {
    const turbo = join(dirname(createRequire(import.meta.url).resolve("turbo/package.json")), "bin/turbo");
    const child = spawn(process.execPath, [turbo, "run", "build", "--output-logs=errors-only"], {
      cwd: root,
      // People who build this have not agreed to be counted.
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        said += data;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(said) : reject(new Error(said))));
  });

/** The folders of the workspaces, as package.json names them: `proto`, or all in `packages/*`. */
const packages = () =>
  JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    .workspaces.flatMap((name) =>
      name.endsWith("/*") ? readdirSync(join(root, dirname(name))).map((one) => join(dirname(name), one)) : [name],
    )
    .map((name) => join(root, name));

/** Remove what was built of sources that are no more: a file that moved must not be found at its old place. */
const removeStale = (dist, src, folder = dist) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeStale(dist, src, path);
    else if (!existsSync(join(src, relative(dist, path).replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts")))) rmSync(path);
  }
  if (folder !== dist && readdirSync(folder).length === 0) rmdirSync(folder);
};

/** Build every package that has changed. Rejects with what the compiler says. */
export const build = async () => {
  const slow = setTimeout(() => console.error("building the packages that have changed ..."), SILENT_MS);
  try {
    await runTurbo();
  } finally {
    clearTimeout(slow);
  }
  for (const folder of packages()) {
    if (existsSync(join(folder, "dist"))) removeStale(join(folder, "dist"), join(folder, "src"));
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
