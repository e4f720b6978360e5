import { join } from "node:path";
import { invalidInput } from "@bnas/errors";
import { shellWord, shown } from "../files/shown.js";
import { type DataFinding, refused } from "./findings.js";
import type { Looking } from "./folder-listing.js";
import { isJunk } from "./junk.js";

// Layouts that people have, beside those that are read: each is refused by what it is, with the commands that turn it into one that is read.

const PICTURE = /\.(jpe?g|png|webp|bmp|gif|tiff?|p[bgpn]m)$/i;
const COMMANDS = " && ";

/** Other names of the two parts, in small letters. */
const TRAIN_NAMES: readonly string[] = ["train", "training", "train_set", "training_set", "trainset"];
const TEST_NAMES: readonly string[] = [
  "val",
  "test",
  "valid",
  "validation",
  "testing",
  "eval",
  "test_set",
  "testset",
  "val_set",
];

/** The folders of the two parts of ImageNet's layout. */
type Parts = { readonly train: "train"; readonly test: "val" | "test" };

/**
 * The two parts, where a folder has `train/` and `val/` or `test/` with a folder for each class; undefined: its folders are classes.
 * A class may be called `train`: then it holds images, not folders. ImageNet's own `test/` has no labels.
 * @param folders the names of the folders in it
 */
export const partsOf = async (
  looking: Looking,
  path: string,
  folders: readonly string[],
): Promise<Parts | undefined> => {
  const train = folders.find((name) => TRAIN_NAMES.includes(name.toLowerCase()));
  if (train === undefined || (await inside(looking, join(path, train))).folders.length === 0) return undefined;
  const test = await testPart(looking, path, folders);
  if (train === "train" && (test === "val" || test === "test")) {
    const { folders: classes, pictures } = await inside(looking, join(path, test));
    if (classes.length > 0 || pictures === 0) return { train, test };
  }
  return refuseParts(looking, path, train, test);
};

const testPart = async (looking: Looking, path: string, folders: readonly string[]): Promise<string | undefined> => {
  const named = TEST_NAMES.flatMap((name) => folders.filter((folder) => folder.toLowerCase() === name));
  for (const name of named) {
    const { folders: classes } = await inside(looking, join(path, name));
    if (name === "val" || classes.length > 0) return name;
  }
  return undefined;
};

const refuseParts = async (looking: Looking, path: string, train: string, test: string | undefined): Promise<never> => {
  const { uri } = looking;
  const allowed = "a folder with train/ and val/ or test/";
  const alone = `folder:${join(path, train)}`;
  if (test === undefined) {
    const hint = `${shown(join(path, "val"))} is not there, and no ${shown(join(path, "test"))} with folders. Add one, or write ${shown(alone)} to hold out a fifth of it.`;
    throw invalidInput("dataset", uri, allowed, hint);
  }
  const { pictures } = await inside(looking, join(path, test));
  if (pictures > 0) await refuseFlat(looking, join(path, test), pictures, alone);
  const rename = [
    [train, "train"],
    [test, "val"],
  ].filter(([from = "", to = ""]) => from !== to && !(from === test && test === "test"));
  const commands = rename.map(
    ([from = "", to = ""]) => `mv ${shellWord(join(path, from))} ${shellWord(join(path, to))}`,
  );
  return refuse(looking, allowed, {
    file: path,
    is: `has its parts in ${shown(train)}/ and ${shown(test)}/`,
    fix: `Rename them: ${commands.join(COMMANDS)}`,
  });
};

/** A part whose images lie in no class folders. */
const refuseFlat = async (looking: Looking, folder: string, pictures: number, alone: string): Promise<never> =>
  refuse(looking, "images in a folder for each class", {
    file: folder,
    is: `holds ${pictures} images without classes`,
    fix: `Sort them into a folder for each class, as train/ is, or write ${shown(alone)} to hold out a fifth of it.`,
  });

/** Refuses a folder with fewer than two class folders, by what it is. */
export const refuseLayout = async (looking: Looking, path: string, classes: readonly string[]): Promise<never> => {
  const { uri } = looking;
  const allowed = "a folder with a folder for each of 2 classes or more";
  const { pictures, archives } = await inside(looking, path);
  const [only] = classes;
  if (only === undefined) {
    const packed = archives[0];
    if (packed !== undefined && pictures === 0) {
      const fix = `Unpack it: tar -xf ${shellWord(join(path, packed))} -C ${shellWord(path)}`;
      return refuse(looking, allowed, { file: join(path, packed), is: "is an archive", fix });
    }
    const what =
      pictures > 0 ? `${pictures} images and no folders; sort them into a folder for each class` : "no folders";
    throw invalidInput("dataset", uri, allowed, `${shown(path)} holds ${what}.`);
  }
  const [sort] = await sortAnnotated(looking, path);
  if (sort !== undefined) {
    const finding = {
      file: path,
      is: "has the classes of its images in val_annotations.txt",
      fix: `Sort them: ${sort}`,
    };
    return refuse(looking, allowed, finding);
  }
  const within = await inside(looking, join(path, only));
  if (pictures === 0 && within.folders.length > 1) {
    throw invalidInput("dataset", uri, allowed, `Did you mean folder:${shown(join(path, only))}?`);
  }
  throw invalidInput(
    "dataset",
    uri,
    allowed,
    `${shown(path)} holds only the class ${shown(only)}; there is nothing to distinguish.`,
  );
};

/** Refuses classes whose images lie one folder deeper, as those of Tiny-ImageNet do. */
export const hasDeeperImages = async (looking: Looking, path: string, classes: readonly string[]): Promise<void> => {
  const [first = ""] = classes;
  const { folders, pictures } = await inside(looking, join(path, first));
  const [deeper] = folders;
  if (pictures > 0 || deeper === undefined || folders.length > 1) return;
  const within = await inside(looking, join(path, first, deeper));
  if (within.pictures === 0) return;
  const root = shellWord(path);
  const commands = [
    `for d in ${root}/*/; do mv "$d"${shellWord(deeper)}/* "$d" && rmdir "$d"${shellWord(deeper)} && rm -f "$d"*.txt; done`,
    ...(await sortAnnotated(looking, join(path, "..", "val"))),
  ];
  await refuse(looking, "images in a folder for each class", {
    file: join(path, first),
    is: `has its images one folder deeper, in ${shown(deeper)}/, as all classes of ${shown(path)} may have`,
    fix: `Move them up: ${commands.join(COMMANDS)}`,
  });
};

/** Tiny-ImageNet has its validation images in one folder, and their classes in a list beside it. */
const sortAnnotated = async ({ files, uri }: Looking, val: string): Promise<readonly string[]> => {
  const list = "val_annotations.txt";
  const entries = await files.entriesIn(uri, val).catch(() => []);
  if (!entries.some(({ name }) => name === list)) return [];
  const move = `while read -r image class rest; do mkdir -p "$class" && mv "images/$image" "$class/"; done < ${list}`;
  return [`(cd ${shellWord(val)} && ${move} && rmdir images && rm ${list})`];
};

type Inside = { readonly folders: readonly string[]; readonly pictures: number; readonly archives: readonly string[] };

const inside = async ({ files, uri }: Looking, path: string): Promise<Inside> => {
  const entries = (await files.entriesIn(uri, path)).filter(({ name }) => !isJunk(name));
  const named = (kind: "file" | "folder") => entries.filter((entry) => entry.kind === kind).map(({ name }) => name);
  return {
    folders: named("folder"),
    pictures: named("file").filter((name) => PICTURE.test(name)).length,
    archives: named("file").filter((name) => /\.(tgz|tar(\.\w+)?|zip)$/i.test(name)),
  };
};

const refuse = async ({ uri }: Looking, allowed: string, finding: DataFinding): Promise<never> => {
  throw refused(uri, allowed, [finding]);
};
