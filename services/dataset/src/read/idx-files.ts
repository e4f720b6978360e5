import { join } from "node:path";
import { invalidInput } from "@bnas/errors";
import type { DataFiles } from "../files/data-files.js";
import { shellWord, shown } from "../files/shown.js";
import { refused } from "./findings.js";

/** The four files of a dataset in the IDX format, by their paths. `from`: the number of the first class, 1 for the letters of EMNIST. */
export type IdxFiles = {
  readonly train: PartFiles;
  readonly test: PartFiles;
  readonly letters: boolean;
};
type PartFiles = { readonly images: string; readonly labels: string };

const ALLOWED = "a folder with the four IDX files of MNIST";
const FOUR = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** MNIST's own names, with a dot or a dash, gzipped or not; EMNIST puts the name of a set before them, and calls the test part `test`. */
const NAME = /^(?:(emnist-[a-z]+)-)?(train|t10k|test)-(images|labels)[-.]idx[13]-ubyte(\.gz)?$/;

type Named = { readonly name: string; readonly set: string; readonly role: string; readonly packed: boolean };

/** Where torchvision and others put the files below the folder that they are given. */
const BELOW = [
  "raw",
  "MNIST/raw",
  "FashionMNIST/raw",
  "KMNIST/raw",
  "EMNIST/raw",
  "QMNIST/raw",
  "gzip",
  "MNIST",
  "mnist",
];

/** The files in a folder. Folders of the same names beside them are left aside. Rejects with InvalidInput on `dataset`. */
export const idxFilesIn = async (files: DataFiles, uri: string, path: string): Promise<IdxFiles> => {
  const entries = await files.entriesIn(uri, path);
  const named = entries.flatMap(({ name, kind }) => (kind === "file" ? namedOf(name) : []));
  const sets = [...new Set(named.map(({ set }) => set))].sort();
  const complete = sets.filter((set) => rolesOf(named, set).length === 4);
  const [set] = complete;
  if (set === undefined) return refuseIncomplete(files, { uri, path }, named, entries);
  if (complete.length > 1) {
    const own = join(path, complete[0] ?? "");
    const fix = `Put the files of one into a folder of its own: mkdir ${shellWord(own)} && mv ${shellWord(path)}/${complete[0]}-* ${shellWord(own)}`;
    throw refused(uri, "the four files of one set", [
      { file: path, is: `holds several sets: ${complete.join(", ")}`, fix },
    ]);
  }
  const find = (role: string) => {
    const fitting = named.filter((one) => one.set === set && one.role === role);
    // What is unpacked, before what is packed.
    return join(path, (fitting.find(({ packed }) => !packed) ?? fitting[0])?.name ?? "");
  };
  const part = (name: string) => ({ images: find(`${name}-images`), labels: find(`${name}-labels`) });
  return { train: part("train"), test: part("test"), letters: set === "emnist-letters" };
};

const namedOf = (name: string): readonly Named[] => {
  const [, set = "", part = "", what = "", packed] = NAME.exec(name) ?? [];
  if (part === "") return [];
  // MNIST says t10k, EMNIST test; `test` is what people rename t10k to.
  return [{ name, set, role: `${part === "train" ? "train" : "test"}-${what}`, packed: packed !== undefined }];
};

const rolesOf = (named: readonly Named[], set: string): readonly string[] => [
  ...new Set(named.filter((one) => one.set === set).map(({ role }) => role)),
];

const refuseIncomplete = async (
  files: DataFiles,
  { uri, path }: { readonly uri: string; readonly path: string },
  named: readonly Named[],
  entries: readonly { readonly name: string; readonly kind: string }[],
): Promise<never> => {
  const there = named.map(({ role }) => role);
  const roles = ["train-images", "train-labels", "test-images", "test-labels"];
  const missing = FOUR.filter((_, index) => !there.includes(roles[index] ?? ""));
  const [first = FOUR[0]] = missing;
  if (named.length > 0) {
    const nested = entries.some(({ name, kind }) => name === first && kind === "folder");
    const is = nested
      ? `is a folder: the file may be in it`
      : `is not there, and neither is ${first.replace("-idx", ".idx")} nor either of them with .gz (missing: ${missing.length} of 4)`;
    const [to, aside] = [shellWord(join(path, first)), shellWord(join(path, `${first}.folder`))];
    const fix = nested ? `Move it: mv ${to} ${aside} && mv ${aside}/${first} ${to}` : "Put it there.";
    throw refused(uri, ALLOWED, [{ file: join(path, first), is, fix }]);
  }
  for (const below of BELOW) {
    const folder = join(path, below);
    const inside = await files.entriesIn(uri, folder).catch(() => []);
    if (!inside.some(({ name, kind }) => kind === "file" && namedOf(name).length > 0)) continue;
    throw invalidInput("dataset", uri, ALLOWED, `Did you mean idx:${shown(folder)}?`);
  }
  const packed = entries.find(({ name }) => /\.(zip|tgz|tar(\.gz)?)$/i.test(name));
  if (packed !== undefined) {
    const file = join(path, packed.name);
    const fix = `Unpack it: ${/zip$/i.test(packed.name) ? `unzip ${shellWord(file)} -d` : `tar -xf ${shellWord(file)} -C`} ${shellWord(path)}`;
    throw refused(uri, ALLOWED, [{ file, is: "is an archive", fix }]);
  }
  const arrays = entries.find(({ name }) => /\.(npz?|mat|csv|parquet|pkl|pt)$/i.test(name));
  const other =
    arrays === undefined ? "" : ` ${shown(join(path, arrays.name))} is of another format: fetch the IDX files.`;
  const hint = `${shown(path)} has none of ${FOUR.join(", ")}. Put them there.${other}`;
  throw invalidInput("dataset", uri, ALLOWED, hint);
};
