import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "@bnas/errors";
import { installedOnce } from "../installed-once.js";

const run = promisify(execFile);

/** Packages outside the tree; or why there are none, for the name of the tests that need them. */
export type NpmPackages =
  | { readonly require: NodeJS.Require; readonly folder: string; readonly missing: "" }
  | { readonly require: undefined; readonly folder: undefined; readonly missing: string };

/** The onnxruntime of npm that exports are opened in and measured against. */
export const ONNXRUNTIME = { "onnxruntime-node": "1.30.0", "onnxruntime-web": "1.30.0" };

/**
 * Packages of npm that a user would have and this tree does not: installed once, without their scripts, which would download more.
 * @param versions of each package
 */
export const npmPackages = async (name: string, versions: Readonly<Record<string, string>>): Promise<NpmPackages> => {
  const manifest = JSON.stringify({ name: `bnas-${name}`, private: true, dependencies: versions });
  const digest = createHash("sha256").update(manifest).digest("hex").slice(0, 8);
  const install = async (partial: string): Promise<void> => {
    await run("mkdir", ["-p", partial]);
    await writeFile(join(partial, "package.json"), manifest);
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", partial]);
  };
  try {
    const folder = await installedOnce(`npm-${name}-${digest}`, install, "It needs npm and its registry.");
    return { require: createRequire(join(folder, "package.json")), folder, missing: "" };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : "";
    return {
      require: undefined,
      folder: undefined,
      missing: ` (skipped: ${`${messageOf(error)}${cause}`.split("\n")[0]})`,
    };
  }
};
