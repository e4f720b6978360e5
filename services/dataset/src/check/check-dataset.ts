import { isInvalidInput } from "@bnas/errors";
import type { Dataset } from "../divide/dataset.js";
import { AllowedRoots } from "../files/allowed-roots.js";
import { DataFiles } from "../files/data-files.js";
import { shown } from "../files/shown.js";
import { type Decode, DecoderPool } from "../read/decoder-pool.js";
import { filesAtOnce } from "../read/files-at-once.js";
import { linesOf } from "../read/findings.js";
import { listedFolder, unusable } from "../read/folder.js";
import type { FolderListing, Listing, Looking } from "../read/folder-listing.js";
import { openDataset } from "../read/open-dataset.js";
import { PictureMemory } from "../read/picture-memory.js";
import { PictureReader } from "../read/picture-reader.js";
import { type FileUri, parseUri } from "../read/uri.js";
import { publishedNote } from "./published.js";

/** What is to be checked. `imageSize` as `data.imageSize` of a spec: 0 keeps the images' own size. */
export type Checking = {
  readonly imageSize: number;
  readonly budget: number;
  readonly signal: AbortSignal;
  /** Decodes pictures; processes of its own when it is left out. */
  readonly decode?: Decode;
  /** Called with the pictures that were decoded, of so many. */
  readonly decoded?: (pictures: number, of: number) => void;
};

/** What a check found. */
export type CheckReport = {
  readonly uri: string;
  readonly classes: number;
  readonly train: number;
  readonly test: number;
  /** One sentence each: what a search would refuse, and what fixes it. */
  readonly refused: readonly string[];
  /** Junk, and files beside the classes: a search leaves them aside. */
  readonly aside: readonly string[];
  /** What a person may want to know. */
  readonly notes: readonly string[];
};

/**
 * Reads a whole dataset once, as a search does and by the same code, and names all that a search would refuse. Rejects with InvalidInput
 * for a text that is no dataset URI.
 */
export const checkDataset = async (uri: string, checking: Checking): Promise<CheckReport> => {
  const parsed = parseUri(uri);
  const files = new DataFiles(await AllowedRoots.of(["/"]));
  const decoders = new DecoderPool();
  const reader = new PictureReader(files, checking.budget, new PictureMemory(0), {
    decode: checking.decode ?? decoders.decode,
  });
  try {
    return await (parsed.scheme === "folder"
      ? checkFolder(parsed, reader, checking)
      : checkWhole(uri, reader, checking));
  } finally {
    decoders.close();
  }
};

const nothing = { classes: 0, train: 0, test: 0, refused: [], aside: [], notes: [] };

/** What was refused; a fault of another kind is thrown. */
const refusalsOf = (error: unknown): readonly string[] => {
  if (!isInvalidInput(error)) throw error;
  return linesOf(error) ?? [error.hint === "" ? error.message : error.hint];
};

const checkWhole = async (
  uri: string,
  reader: PictureReader,
  { imageSize, budget }: Checking,
): Promise<CheckReport> => {
  let dataset: Dataset;
  try {
    dataset = await openDataset({ uri, imageSize, limit: 0, seed: 0 }, budget, reader);
  } catch (error) {
    return { ...nothing, uri, refused: refusalsOf(error) };
  }
  const counts = { train: dataset.train.labels.length, test: dataset.test.labels.length };
  const note = publishedNote(parseUri(uri).scheme, counts);
  return { ...nothing, uri, classes: dataset.classes.length, ...counts, notes: note === undefined ? [] : [note] };
};

const checkFolder = async ({ uri, path }: FileUri, reader: PictureReader, checking: Checking): Promise<CheckReport> => {
  const looking: Looking = { files: reader.files, uri, found: new Map(), aside: new Set() };
  const refused: string[] = [];
  let listed: FolderListing | undefined;
  try {
    listed = await listedFolder(looking, path);
    if (looking.found.size > 0) refused.push(...refusalsOf(unusable(looking)));
  } catch (error) {
    refused.push(...refusalsOf(error));
  }
  const aside = [...looking.aside].map(shown);
  if (listed === undefined) return { ...nothing, uri, refused, aside };
  const { train, test } = listed;
  refused.push(...(await decodeAll(uri, [train, test], reader, checking)));
  const counts = { classes: train.classes.length, train: train.names.length, test: test.names.length };
  if (refused.length === 0) {
    try {
      // What takes a look at all images together: their sizes, their classes.
      await openDataset({ uri, imageSize: checking.imageSize, limit: 0, seed: 0 }, checking.budget, reader);
    } catch (error) {
      refused.push(...refusalsOf(error));
    }
  }
  return { uri, ...counts, refused, aside, notes: [] };
};

/** Any side shows whether a picture can be decoded; a small one takes little memory. */
const SIDE = 32;

/** Decodes every picture once, and gives what was refused, in their order. */
const decodeAll = async (
  uri: string,
  listings: readonly Listing[],
  reader: PictureReader,
  { imageSize, signal, decoded = () => {} }: Checking,
): Promise<readonly string[]> => {
  const side = imageSize === 0 ? SIDE : imageSize;
  const of = listings.reduce((sum, { names }) => sum + names.length, 0);
  const refused: string[] = [];
  let done = 0;
  for (const listing of listings) {
    const images = reader.images(uri, listing, { height: side, width: side });
    const found = await filesAtOnce(listing.names, async (_, image) => {
      signal.throwIfAborted();
      const said = await images.read(image, "framed").then(() => [], refusalsOf);
      decoded(++done, of);
      return said;
    });
    refused.push(...found.flat());
  }
  return refused;
};
