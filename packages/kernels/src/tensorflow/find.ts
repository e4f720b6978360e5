import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fault } from "@bnas/errors";

// Where the engine is: the folder that the setting engineDir (BNAS_ENGINE_DIR) names; or the one that `npm run engine:node` makes; or the package
// of TensorFlow.js itself, where it is installed with its own download.

/** Part of the folder's name (deploy/engine-node/versions.js), so that a new release never takes up an old folder. */
const VERSIONS = "4.22.0-tensorflow-2.21.0-2";

const PACKAGES = { node: "@tensorflow/tfjs-node", gpu: "@tensorflow/tfjs-node-gpu" } as const;

export type Found = {
  /** What to `require`: it hands over a backend (`made`, ours), or registers one itself (`package`, theirs). */
  readonly path: string;
  readonly kind: "made" | "package";
  readonly tfjs: string;
  /** Of the libraries: with or without what a card needs. */
  readonly device: "cpu" | "gpu";
};

/**
 * Where the engine of a name is.
 * @param folder where it was made, instead of the usual place
 * @throws ENGINE_MISSING, whose hint is the next step
 */
export const findTensorflow = async (name: "node" | "gpu", folder?: string): Promise<Found> => {
  if (folder !== undefined) return made(resolve(folder), name);
  const usual = join(homedir(), ".cache", "bnas-mesh", `engine-${name}-${VERSIONS}`);
  if (existsSync(join(usual, "engine.json"))) return made(usual, name);
  const path = resolvable(PACKAGES[name]);
  if (path !== undefined) return { path, kind: "package", tfjs: "4.22.0", device: name === "gpu" ? "gpu" : "cpu" };
  throw fault(
    "ENGINE_MISSING",
    `engine ${name} is not built: npm run engine:${name}`,
    `Run npm run engine:${name} (${name === "gpu" ? "600 MB are" : "300 MB are"} fetched, a minute or two), or set BNAS_ENGINE_DIR ` +
      "to where it was made, or use the engine wasm, which is always there.",
  );
};

const made = async (folder: string, name: "node" | "gpu"): Promise<Found> => {
  const manifest = await readFile(join(folder, "engine.json"), "utf8").catch(() => undefined);
  if (manifest === undefined) {
    throw fault(
      "ENGINE_MISSING",
      `BNAS_ENGINE_DIR is ${folder}, which holds no engine (no engine.json)`,
      `Make it there by npm run engine:${name}, or unset BNAS_ENGINE_DIR.`,
    );
  }
  const { tfjs, engine, device } = JSON.parse(manifest) as { tfjs: string; engine: string; device: "cpu" | "gpu" };
  if (name === "gpu" && device !== "gpu") {
    throw fault(
      "ENGINE_MISSING",
      `${folder} holds the engine ${engine}, whose libraries know no GPU`,
      "Make the engine by npm run engine:gpu, or use --engine node.",
    );
  }
  return { path: join(folder, "index.cjs"), kind: "made", tfjs, device };
};

const resolvable = (name: string): string | undefined => {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
};
