import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = join(homedir(), ".cache", "bnas-mesh");
const grpcurlVersion = "1.9.4";

/** Where the Python client and what it needs lie. */
export const pythonFolder: string = new URL("python", import.meta.url).pathname;

/** The `python` of an environment that has what test/clients/python/requirements.txt names, made once outside the tree. */
export async function pythonForClients(): Promise<string> {
  const requirements = join(pythonFolder, "requirements.txt");
  const version = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 8);
  const folder = await installedOnce(`python-client-${version}`, async (partial) => {
    await run("python3", ["-m", "venv", partial]);
    await run(join(partial, "bin", "python"), ["-m", "pip", "install", "--quiet", "-r", requirements]);
  });
  return join(folder, "bin", "python");
}

/** The path of grpcurl: BNAS_GRPCURL, or one in PATH, or one that Go installs once outside the tree. */
export async function grpcurl(): Promise<string> {
  const named = process.env.BNAS_GRPCURL;
  if (named !== undefined) return named;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (await exists(join(folder, "grpcurl"))) return join(folder, "grpcurl");
  }
  const folder = await installedOnce(`grpcurl-${grpcurlVersion}`, (partial) =>
    run("go", ["install", `github.com/fullstorydev/grpcurl/cmd/grpcurl@v${grpcurlVersion}`], {
      env: { ...process.env, GOBIN: partial },
    }),
  );
  return join(folder, "grpcurl");
}

/** A folder of the cache. It is made beside its place first, so that one of that name is always whole. */
async function installedOnce(name: string, install: (partial: string) => Promise<unknown>): Promise<string> {
  const folder = join(cache, name);
  if (await exists(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}.partial-`);
  console.log(`installing ${name} into ${cache}, once`);
  try {
    await install(partial);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (await exists(folder)) return folder;
    throw new Error(
      `${name} could not be installed. These tests need Python 3 with venv and pip, and grpcurl (in PATH, in BNAS_GRPCURL, ` +
        "or Go to install it), and a package index in reach.",
      { cause: error },
    );
  }
  return folder;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
