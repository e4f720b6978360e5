import { open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { LARGEST_FILE, makeDirectory, readInputFile, sha256Of, syncDirectory } from "@bnas/disk";
import { asNoRoom, invalidInput } from "@bnas/errors";
import { parseConfig, printConfig } from "./config.js";
import { checkTensors, type Model } from "./model.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

// A folder is a model once it has a config.json, which is written last and says the digest of the tensors.

const CONFIG = "config.json";
const TENSORS = "model.safetensors";

/** The two files of a model. @throws InvalidInput for a model whose tensors are not those of its network */
export const modelFiles = (model: Model): { readonly config: string; readonly tensors: Uint8Array } => {
  checkTensors(model);
  const tensors = encodeSafetensors(model.tensors);
  return { tensors, config: printConfig(model, { file: TENSORS, bytes: tensors.length, sha256: sha256Of(tensors) }) };
};

/**
 * Leave a model in a folder, in place of the one that may be there. Other files in it stay.
 * It rejects with InvalidInput for a model whose tensors are not those of its network, and with NO_ROOM when the disk is full: then
 * nothing half-written has either name.
 */
export const writeModel = async (folder: string, model: Model): Promise<void> => {
  const { tensors: bytes, config } = modelFiles(model);
  try {
    await makeDirectory(folder);
    await writePart(folder, TENSORS, bytes);
    await writePart(folder, CONFIG, config);
    // From here to the last line the folder is no model: never the config of one with the tensors of another.
    await rm(join(folder, CONFIG), { force: true });
    await syncDirectory(folder);
    await rename(partOf(folder, TENSORS), join(folder, TENSORS));
    await rename(partOf(folder, CONFIG), join(folder, CONFIG));
    await syncDirectory(folder);
  } catch (error) {
    for (const name of [TENSORS, CONFIG]) await rm(partOf(folder, name), { force: true }).catch(() => undefined);
    throw asNoRoom(error, folder);
  }
};

const partOf = (folder: string, name: string): string => join(folder, `${name}.part`);

const writePart = async (folder: string, name: string, data: Uint8Array | string): Promise<void> => {
  const file = await open(partOf(folder, name), "w");
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
};

/**
 * The model in a folder, or in the folder of the run that left it, which has it in `model`.
 * It rejects with InvalidInput that names the file, the field or the byte, and what was expected, when there is none, when it is damaged, or
 * when its tensors are not those of its network.
 */
export const readModel = async (place: string): Promise<Model> => {
  const folder = await folderIn(place);
  const text = (await readPart(folder, CONFIG)).toString("utf8");
  const { config, tensors: file } = parseConfig(text, [join(folder, CONFIG)]);
  const bytes = await readPart(folder, TENSORS);
  const path = [join(folder, TENSORS)];
  const hint = `${CONFIG} beside it says so. The file is damaged, or from another model: copy the folder again.`;
  if (bytes.length !== file.bytes) {
    throw invalidInput(path, `${bytes.length} bytes`, `${file.bytes} bytes`, hint);
  }
  const tensors = decodeSafetensors(bytes, path);
  const sha256 = sha256Of(bytes);
  if (sha256 !== file.sha256) {
    throw invalidInput(path, `bytes of sha256 ${sha256}`, `bytes of sha256 ${file.sha256}`, hint);
  }
  const model = { ...config, tensors };
  checkTensors(model, path);
  return model;
};

const folderIn = async (place: string): Promise<string> => {
  const ofRun = join(place, "model");
  const isModel = (folder: string) =>
    stat(join(folder, CONFIG)).then(
      () => true,
      () => false,
    );
  return !(await isModel(place)) && (await isModel(ofRun)) ? ofRun : place;
};

const readPart = (folder: string, name: string): Promise<Buffer> =>
  readInputFile(join(folder, name), {
    field: "model",
    allowed: `the ${name} of a folder with ${CONFIG} and ${TENSORS}`,
    hint: "name the folder that bnas train left.",
    mostBytes: LARGEST_FILE.model,
  });
