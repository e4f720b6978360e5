import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Image, imageOnce } from "./images.js";
import { pauseImage } from "./node.js";

/** What the pods of tests run: `serve PORT`, `get URL`, `dial HOST:PORT`, `wait`. */
export const probeImage = "bnas.dev/probe:cluster";

const names = { pause: pauseImage, coredns: "bnas.dev/coredns:cluster", probe: probeImage } as const;

/** Images of our own static programs: made once for a folder of binaries, and kept in it. */
export async function ownImages(binaries: string): Promise<readonly Image[]> {
  const made: Image[] = [];
  await mkdir(join(binaries, "images"), { recursive: true });
  for (const [name, tag] of Object.entries(names)) {
    const archive = join(binaries, "images", `${name}.tar`);
    const dockerfile = fileURLToPath(new URL(`./binaries/${name}/Dockerfile`, import.meta.url));
    made.push(await imageOnce({ dockerfile, context: binaries, tag, archive }));
  }
  return made;
}
