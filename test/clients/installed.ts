import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { exists, installedOnce } from "../installed-once.js";

const run = promisify(execFile);
const grpcurlVersion = "1.9.4";
const NEEDS =
  "These tests need Python 3 with venv and pip, and grpcurl (in PATH, in BNAS_GRPCURL, or Go to install it), and a package index in reach.";

/** Where the Python client and what it needs lie. */
export const pythonFolder: string = new URL("python", import.meta.url).pathname;

/** The `python` of an environment that has what test/clients/python/requirements.txt names, made once outside the tree. */
export async function pythonForClients(): Promise<string> {
  const requirements = join(pythonFolder, "requirements.txt");
  const version = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 8);
  const folder = await installedOnce(
    `python-client-${version}`,
    async (partial) => {
      await run("python3", ["-m", "venv", partial]);
      await run(join(partial, "bin", "python"), ["-m", "pip", "install", "--quiet", "-r", requirements]);
    },
    NEEDS,
  );
  return join(folder, "bin", "python");
}

/** The path of grpcurl: BNAS_GRPCURL, or one in PATH, or one that Go installs once outside the tree. */
export async function grpcurl(): Promise<string> {
  const named = process.env.BNAS_GRPCURL;
  if (named !== undefined) return named;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (await exists(join(folder, "grpcurl"))) return join(folder, "grpcurl");
  }
  const folder = await installedOnce(
    `grpcurl-${grpcurlVersion}`,
    (partial) =>
      run("go", ["install", `github.com/fullstorydev/grpcurl/cmd/grpcurl@v${grpcurlVersion}`], {
        env: { ...process.env, GOBIN: partial },
      }),
    NEEDS,
  );
  return join(folder, "grpcurl");
}
