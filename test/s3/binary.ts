import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

/** What is built where none is found. */
const version = "v1.8.0";
const module = `github.com/versity/versitygw/cmd/versitygw@${version}`;

const run = promisify(execFile);

/**
 * The path of a versitygw: BNAS_VERSITYGW, or the first in PATH, or one that is built outside the tree by Go, once. Rejects
 * with what to do when there is none in any way.
 */
export async function versitygwBinary(): Promise<string> {
  const named = process.env.BNAS_VERSITYGW;
  if (named !== undefined) return named;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, "versitygw");
    if (await exists(path)) return path;
  }
  const cached = join(homedir(), ".cache", "bnas-mesh", `versitygw-${version}`);
  const path = join(cached, "versitygw");
  if (!(await exists(path))) await build(cached);
  return path;
}

/** Beside its place first, so that a folder of that name is always whole, however many tests build at once. */
async function build(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    process.stderr.write(`building ${module} into ${folder}, once: about a minute\n`);
    await run("go", ["install", module], { env: { ...process.env, GOBIN: partial, CGO_ENABLED: "0" } });
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (await exists(folder)) return;
    throw new Error(
      "These tests need a real S3 server. There is no versitygw in PATH, and Go could not build one. " +
        `Run "GOBIN=${folder} go install ${module}" (Go 1.25 or newer), or give the path of a versitygw in BNAS_VERSITYGW.`,
      { cause: error },
    );
  }
}

const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
