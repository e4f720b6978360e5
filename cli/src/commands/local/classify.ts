import { stat } from "node:fs/promises";
import { decodeImage } from "@bnas/dataset";
import { LARGEST_FILE, readInputFile } from "@bnas/disk";
import { EXIT, type ExitCode, invalidInput, isInvalidInput } from "@bnas/errors";
import { readModel } from "@bnas/model";
import { DamagedFile, type LoadedNetwork, load } from "@bnas/runtime";
import { oneBitForm } from "../../outputs/one-bit-form.js";
import type { Terminal } from "../../terminal/terminal.js";

/** Classes that are named of each picture. */
const SHOWN = 3;

/** `bnas classify MODEL PICTURE...`: what a trained network says of pictures. It runs as it would on a device, in 1-bit form. */
export const classifyCommand = async (
  model: string,
  pictures: readonly string[],
  flags: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> => {
  const network = await openNetwork(model);
  for (const picture of pictures) {
    const { class: found, probabilities } = network.classify(await pixelsOf(picture, network));
    const byClass = network.classes.map((name, i) => ({ name, probability: probabilities[i] ?? 0 }));
    if (flags.json) {
      const all = Object.fromEntries(byClass.map(({ name, probability }) => [name, probability]));
      const probability = Math.max(...probabilities);
      terminal.out(JSON.stringify({ picture, class: found, probability, probabilities: all }));
    } else {
      const likeliest = byClass.toSorted((one, other) => other.probability - one.probability).slice(0, SHOWN);
      const said = likeliest.map(({ name, probability }) => `${name} ${(100 * probability).toFixed(1)} %`);
      terminal.out(`${picture}: ${said.join(", ")}`);
    }
  }
  return EXIT.done;
};

/** A model's folder or a .bnn file, loaded. */
const openNetwork = async (path: string): Promise<LoadedNetwork> => {
  const place = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const hint = `${error.code}: bnas train leaves such a folder.`;
    throw invalidInput("MODEL", path, "the folder of a model, or a .bnn file", hint);
  });
  if (place.isDirectory()) return oneBitForm(await readModel(path));
  const input = { field: "MODEL", allowed: "the folder of a model, or a .bnn file", hint: "check its permissions." };
  return load(await readInputFile(path, { ...input, mostBytes: LARGEST_FILE.picture })).catch((error: unknown) => {
    if (!(error instanceof DamagedFile)) throw error;
    const hint = "The file is damaged, or no bnn file: docs/formats/bnn.md.";
    throw invalidInput(["MODEL", path, `byte ${error.byte}`], error.found, error.expected, hint);
  });
};

/** A picture as the network's images are: upright, the shorter side scaled to fit, cropped around the centre; gray where it has one channel. */
const pixelsOf = async (picture: string, { input }: LoadedNetwork): Promise<Uint8Array> => {
  if (input.channels !== 1 && input.channels !== 3) {
    const hint = "Pictures have red, green and blue, or are gray: such a network reads something else.";
    throw invalidInput("MODEL", `images of ${input.channels} channels`, "a network of images of 1 or 3 channels", hint);
  }
  const bytes = await readInputFile(picture, {
    field: "PICTURE",
    allowed: "a file that can be read",
    hint: "check the path.",
    mostBytes: LARGEST_FILE.picture,
  });
  const size = { width: input.width, height: input.height };
  const pixels = await decodeImage({ uri: picture, file: picture, bytes }, size).catch((error: unknown) => {
    if (!isInvalidInput(error)) throw error;
    throw invalidInput("PICTURE", picture, "a JPEG, PNG or WebP image", error.hint, { cause: error });
  });
  return input.channels === 3 ? pixels : grayOf(pixels);
};

/** Brightness by ITU-R BT.601. */
const grayOf = (rgb: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: rgb.length / 3 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = rgb.subarray(3 * i, 3 * i + 3);
    return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  });
