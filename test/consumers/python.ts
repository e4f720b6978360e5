import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "@bnas/errors";
import { installedOnce } from "../installed-once.js";

const run = promisify(execFile);

/** A Python that has a consumer; or why there is none, for the name of the tests that need it. */
export type Python =
  | { readonly path: string; readonly missing: "" }
  | { readonly path: undefined; readonly missing: string };

/** The Python that has onnx, onnxruntime and qonnx: installed by pip, once. */
export const pythonWithOnnx = (): Promise<Python> => environment("onnx", "python3", []);

/** The Python that has the library of The Update Framework and in-toto for signed envelopes: installed by pip, once. */
export const pythonWithEnvelopes = (): Promise<Python> => environment("signed", "python3", []);

/**
 * The Python that has PyTorch and safetensors. PyTorch itself is not installed here: the package of the index brings gigabytes for a
 * graphics card. It is looked for in BNAS_TORCH_PYTHON, in PATH, and where Debian's python3-torch puts it.
 */
export const pythonWithTorch = async (): Promise<Python> => {
  const named = process.env.BNAS_TORCH_PYTHON;
  for (const python of named === undefined ? ["python3", "/usr/bin/python3"] : [named]) {
    const found = await run(python, ["-c", "import torch"]).then(
      () => true,
      () => false,
    );
    if (found) return environment("torch", python, ["--system-site-packages"]);
  }
  return missing("needs PyTorch: apt-get install python3-torch, or BNAS_TORCH_PYTHON");
};

const environment = async (name: string, python: string, options: readonly string[]): Promise<Python> => {
  const requirements = new URL(`requirements-${name}.txt`, import.meta.url).pathname;
  const wanted = createHash("sha256").update(await readFile(requirements));
  try {
    // Another Python cannot use what this one has installed.
    const { stdout } = await run(python, ["-c", "import sys; print(sys.version, sys.executable)"]);
    const version = wanted.update(stdout).digest("hex").slice(0, 8);
    const install = async (partial: string): Promise<void> => {
      await run(python, ["-m", "venv", ...options, partial]);
      await run(join(partial, "bin", "python"), ["-m", "pip", "install", "--quiet", "-r", requirements]);
    };
    const folder = await installedOnce(`python-${name}-${version}`, install, "It needs Python 3.11 with venv and pip.");
    return { path: join(folder, "bin", "python"), missing: "" };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : "";
    return missing(`${messageOf(error)}${cause}`.split("\n")[0] ?? "");
  }
};

const missing = (reason: string): Python => ({ path: undefined, missing: ` (skipped: ${reason})` });
