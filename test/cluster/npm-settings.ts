import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "./command.js";
import { images } from "./layout.js";

/**
 * What npm has to know to reach its registry from this machine, as mounts FROM:TO for the build of an image: the settings of the
 * user, the certificates that settings of the user or of the machine name, and what npm fetched before. None of it stays in
 * the image.
 */
export async function npmSettings(): Promise<readonly string[]> {
  const [authority, cache] = await Promise.all([setting("cafile"), setting("cache")]);
  const certificates = (await exists(authority)) ? authority : undefined;
  const user = await readFile(join(homedir(), ".npmrc"), "utf8").catch(() => "");
  const settings = join(images, "npmrc");
  await mkdir(images, { recursive: true });
  // For no other eyes: it may hold a token.
  const line = certificates === undefined ? "" : `cafile=${certificates}`;
  await writeFile(settings, `${user}\n${line}\n`, { mode: 0o600 });
  return [
    `${settings}:/root/.npmrc:ro`,
    ...(certificates === undefined ? [] : [`${certificates}:${certificates}:ro`]),
    ...((await exists(cache)) ? [`${cache}:/root/.npm`] : []),
  ];
}

const setting = async (name: string): Promise<string> => (await run("npm", ["config", "get", name])).trim();

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
