// Makes the engine `node` (or `gpu`): TensorFlow.js on TensorFlow's own libraries, in a folder that npm ci does not touch.
// npm run engine:node [-- --force], npm run engine:gpu. README.md tells what it needs and what it leaves.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Unable } from "./command.js";
import { compileBinding, strip } from "./compile.js";
import { fetchPackage, fetchWheel, unpackWheel } from "./fetch.js";
import { ENGINE_OF, PACKAGES, RECIPE, TENSORFLOW, WHEELS } from "./versions.js";

const here = dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({ options: { gpu: { type: "boolean" }, force: { type: "boolean" } } });
const device = flags.gpu ? "gpu" : "cpu";
const engine = ENGINE_OF[device];
const tfjs = PACKAGES["@tensorflow/tfjs-node"].version;

/** Where packages/kernels/src/tensorflow/find.ts looks. */
const folderOf = () =>
  process.env.BNAS_ENGINE_DIR === undefined
    ? join(homedir(), ".cache", "bnas-mesh", `engine-${engine}-${tfjs}-tensorflow-${TENSORFLOW}-${RECIPE}`)
    : resolve(process.env.BNAS_ENGINE_DIR);

const manifest = { engine, device, tfjs, tensorflow: TENSORFLOW, recipe: RECIPE };
const isDone = (folder) => {
  const path = join(folder, "engine.json");
  return existsSync(path) && readFileSync(path, "utf8") === text(manifest);
};
const text = (value) => `${JSON.stringify(value, null, 2)}\n`;

const requirePlatform = () => {
  if (process.platform === "linux" && process.arch === "x64") return;
  throw new Unable(
    `TensorFlow's libraries are taken from its wheel for Linux on x64 (glibc 2.27 or newer); this is ${process.platform} ` +
      `on ${process.arch}. Use the engine wasm, which runs everywhere, or a container.`,
  );
};

const requireRoom = (folder) => {
  const { bavail, bsize } = statfsSync(folder);
  const { needed } = WHEELS[device];
  if (bavail * bsize >= needed) return;
  const gigabytes = (bytes) => (bytes / 1e9).toFixed(1);
  throw new Unable(
    `${folder} has ${gigabytes(bavail * bsize)} GB free and ${gigabytes(needed)} are needed while it is made. ` +
      "Make room, or name a folder on another disk in BNAS_ENGINE_DIR (and TMPDIR for what is fetched).",
  );
};

const begun = performance.now();
const step = (name, act) => {
  const start = performance.now();
  const result = act();
  console.log(`${name.padEnd(58)} ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`);
  return result;
};
const megabytes = (path) => Math.round(statSync(path).size / 1e6);

const build = (folder, scratch) => {
  const packageFolder = join(folder, "tfjs-node");
  const modules = join(folder, "node_modules");
  const headers = join(scratch, "node-api-headers");
  step(`fetch ${Object.keys(PACKAGES).join(", ")}`, () => {
    fetchPackage("@tensorflow/tfjs-node", packageFolder, scratch);
    fetchPackage("google-protobuf", join(modules, "google-protobuf"), scratch);
    fetchPackage("node-api-headers", headers, scratch);
  });
  const wheel = step(`fetch TensorFlow ${TENSORFLOW} (${device}, ${WHEELS[device].bytes / 1e6} MB)`, () =>
    fetchWheel(device, scratch),
  );
  step("take libraries and headers", () => unpackWheel(wheel, scratch));
  rmSync(wheel);
  const libraries = join(packageFolder, "deps", "lib");
  mkdirSync(libraries, { recursive: true });
  const files = readdirSync(join(scratch, "lib")).map((name) => join(libraries, name));
  const sizes = () => files.reduce((sum, file) => sum + megabytes(file), 0);
  step("strip", () => {
    for (const file of files) copyFileSync(join(scratch, "lib", file.slice(libraries.length + 1)), file);
    strip(files);
  });
  step("compile the binding", () =>
    compileBinding({
      packageFolder,
      headers: join(scratch, "include"),
      nodeHeaders: join(headers, "include"),
    }),
  );
  // What loading never reads: the sources, and tfjs-node's own downloader.
  for (const name of ["binding", "scripts", "binding.gyp", "src"]) {
    rmSync(join(packageFolder, name), { recursive: true, force: true });
  }
  const stand = (name, content) => {
    mkdirSync(join(modules, "@tensorflow", name), { recursive: true });
    writeFileSync(join(modules, "@tensorflow", name, "index.js"), content);
  };
  stand("tfjs", "// Filled by ../../../index.cjs.\n");
  stand("tfjs-core", 'module.exports = require("../tfjs");\n');
  copyFileSync(join(here, "loader.cjs"), join(folder, "index.cjs"));
  for (const name of readdirSync(join(scratch, "notices"))) {
    copyFileSync(join(scratch, "notices", name), join(folder, `TENSORFLOW-${name}`));
  }
  step("try it", () => tryIt(folder));
  writeFileSync(join(folder, "engine.json"), text(manifest)); // Last: it says that the folder is whole.
  return sizes();
};

/** In a process of its own: whether the libraries load, and a product and an operation of ours come out right. */
const tryIt = (folder) => {
  const trial = `
    const { backend, kernels } = require(${JSON.stringify(join(folder, "index.cjs"))})(require("@tensorflow/tfjs-core"));
    const { binding } = backend;
    const id = binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.of(1, 2, 3, 4));
    const attrs = [{ name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }];
    const [{ id: product }] = binding.executeOp("MatMul", attrs, [id, id], 1);
    const isProduct = String(binding.tensorDataSync(product)) === "7,10,15,22";
    const numbers = { begin: 1, size: 1 };
    const integers = Object.entries(numbers).map(([name, value]) => ({ name, type: binding.TF_ATTR_INT, value }));
    const column = () => binding.tensorDataSync(binding.executeOp("BnasSlice", integers, [id], 1)[0].id);
    process.exit(isProduct && (kernels === null || String(column()) === "2,4") ? 0 : 3);
  `;
  try {
    execFileSync(process.execPath, ["-e", trial], { cwd: here, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    throw new Unable(
      `The binding was made but does not load or is wrong:\n${String(error.stderr).trim().split("\n").slice(-8).join("\n")}\n` +
        "Run npm ci first (it lends its @tensorflow/tfjs-core). A musl system (Alpine) has no glibc: use another base.",
    );
  }
};

const main = () => {
  const folder = folderOf();
  if (isDone(folder) && !flags.force) {
    console.log(`The engine ${engine} is already in ${folder}.`);
    return;
  }
  requirePlatform();
  mkdirSync(dirname(folder), { recursive: true });
  requireRoom(dirname(folder));
  const scratch = mkdtempSync(join(tmpdir(), "bnas-engine-"));
  const partial = mkdtempSync(`${folder}.partial-`);
  chmodSync(partial, 0o755); // Services run as another user than the one who made it.
  try {
    const size = build(partial, scratch);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(`The engine ${engine} is in ${folder}: ${size} MB, ${seconds} s.`);
    console.log(`Use it by: bnas search --engine ${engine}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    rmSync(partial, { recursive: true, force: true });
  }
};

try {
  main();
} catch (error) {
  if (error.code === "ENOSPC") {
    console.error(`The disk is full: ${error.message}. Make room, or name another disk in BNAS_ENGINE_DIR and TMPDIR.`);
  } else if (error instanceof Unable) {
    console.error(error.message);
  } else {
    throw error;
  }
  process.exitCode = 1;
}
