import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alone } from "../alone.js";
import { run } from "./command.js";
import { archiveOf, buildImage, isWhole } from "./images.js";

/** What the Dockerfiles of deploy/images take as BASE in the tests, in place of node:24-bookworm-slim: the same Debian, the same Node. */
const baseImage = "bnas.dev/base:bookworm-node24";

const release = "bookworm";
const node = "node@24";
const npm = "npm@11";

/** Make the base image, unless it was made before. Gives the argument that names it to a Dockerfile. */
export async function base(): Promise<{ readonly BASE: string }> {
  const archive = archiveOf(baseImage);
  await alone("base", async () => {
    if (!(await isWhole(archive))) await makeBase();
  });
  return { BASE: `docker-archive:${archive}` };
}

async function makeBase(): Promise<void> {
  console.log(`Making the base image ${baseImage}, once: about a minute`);
  const folder = await mkdtemp(join(tmpdir(), "bnas-base-"));
  try {
    const root = join(folder, "root");
    await Promise.all([debian(root), packages(folder)]);
    const installed = join(folder, "node_modules");
    const local = join(root, "usr", "local");
    await cp(join(installed, "node", "bin", "node"), join(local, "bin", "node"));
    await mkdir(join(local, "lib", "node_modules"), { recursive: true });
    await cp(join(installed, "npm"), join(local, "lib", "node_modules", "npm"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    for (const name of ["npm", "npx"])
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, "bin", name));
    await run("tar", ["--create", "--file", join(folder, "root.tar"), "--directory", root, "."]);
    await writeFile(
      join(folder, "Dockerfile"),
      'FROM scratch\nADD root.tar /\nENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nCMD ["node"]\n',
    );
    await rm(root, { recursive: true });
    await buildImage({ dockerfile: join(folder, "Dockerfile"), context: folder, tag: baseImage });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function debian(root: string): Promise<void> {
  await run("debootstrap", ["--variant=minbase", "--include=ca-certificates", release, root, await mirror()]);
  for (const spare of ["usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists"])
    await rm(join(root, spare), { recursive: true, force: true });
}

/** Node and npm, as npm's registry has them. */
async function packages(folder: string): Promise<void> {
  await writeFile(join(folder, "package.json"), "{}");
  await run("npm", ["install", "--no-save", "--no-audit", "--no-fund", node, npm], { cwd: folder });
}

/** The mirror that apt is set up with here. */
async function mirror(): Promise<string> {
  const folder = "/etc/apt/sources.list.d";
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(list|sources)$/.test(name));
  const files = ["/etc/apt/sources.list", ...names.map((name) => join(folder, name))];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    // A one-line entry, or the URIs of a stanza.
    const [, found] = /^(?:deb(?: \[[^\]]*\])?|URIs:) (\S+\/debian\/?)(?:\s|$)/m.exec(text) ?? [];
    if (found !== undefined) return found;
  }
  throw new Error(
    "apt has no source of Debian on this machine: an image of Debian cannot be made here. Give BASE another image.",
  );
}
