import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { alone } from "../alone.js";
import { run } from "./command.js";
import { containerd, images, state } from "./layout.js";
import { npmSettings } from "./npm-settings.js";

export type Build = {
  readonly dockerfile: string;
  /** The folder that COPY copies from. */
  readonly context: string;
  /** NAME:TAG, as pods will call it. */
  readonly tag: string;
  /** Values of the Dockerfile's ARGs. */
  readonly args?: Readonly<Record<string, string>>;
  /** Folders that stand for stages of the Dockerfile, by their names. */
  readonly contexts?: Readonly<Record<string, string>>;
  /** Where the archive goes; among the cached images when it is left out. */
  readonly archive?: string;
};

export type Image = {
  readonly tag: string;
  /** A file in the form `docker-archive`, as `ctr images import` and `kind load image-archive` take it. */
  readonly archive: string;
};

/** Build an image with buildah. Layers that did not change are taken from the last build. */
export async function buildImage(build: Build): Promise<Image> {
  return alone("images", () => buildAlone(build));
}

/** Build an image, unless its archive is there. */
export async function imageOnce(build: Build): Promise<Image> {
  const { tag, archive = archiveOf(tag) } = build;
  return alone("images", async () => ((await isWhole(archive)) ? { tag, archive } : buildAlone(build)));
}

async function buildAlone({ dockerfile, context, tag, args = {}, archive = archiveOf(tag) }: Build): Promise<Image> {
  await mkdir(join(images, "archives"), { recursive: true });
  await buildah([
    ...["build", "--isolation", "chroot", "--layers", "--format", "oci", "--quiet", "--file", dockerfile, "--tag", tag],
    ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...(await npmSettings()).flatMap((mount) => ["--volume", mount]),
    context,
  ]);
  for (const old of [digestOf(archive), archive]) await rm(old, { force: true });
  // Not oci-archive: that one is always compressed, which takes longer than the rest, for a way of no length.
  await buildah(["push", "--quiet", "--digestfile", digestOf(archive), tag, `docker-archive:${archive}:${tag}`]);
  return { tag, archive };
}

/** Give an image to the cluster's node, unless it has that very image. */
export async function loadImage({ archive }: Image): Promise<void> {
  const loaded = join(state, "loaded", basename(archive));
  const digest = await readFile(digestOf(archive), "utf8");
  if (digest === (await readFile(loaded, "utf8").catch(() => ""))) return;
  await run("ctr", ["--address", containerd, "--namespace", "k8s.io", "images", "import", archive]);
  await mkdir(dirname(loaded), { recursive: true });
  await writeFile(loaded, digest);
}

/** Which image an archive holds; written after it, so it tells that the archive is whole. */
const digestOf = (archive: string): string => `${archive}.digest`;

/** Whether an archive is there and whole. */
export const isWhole = (archive: string): Promise<boolean> =>
  access(digestOf(archive)).then(
    () => true,
    () => false,
  );

export const archiveOf = (tag: string): string => join(images, "archives", `${tag.replaceAll(/[^\w.-]+/g, "_")}.tar`);

/** With a store of its own, and mounts that end with it, so that nothing of it is left when it is interrupted. */
const buildah = (args: readonly string[]): Promise<string> => {
  const store = ["--root", join(images, "storage"), "--runroot", join(images, "run")];
  return run("unshare", ["--mount", "buildah", ...store, ...args]);
};
