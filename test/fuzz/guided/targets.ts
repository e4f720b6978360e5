import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { factsFileText, parseFactsFile, readMessage } from "@bnas/log";
import { CreateSearchRequest, checkRequest, SearchServiceDefinition } from "@bnas/proto";
import { specToMessage } from "@bnas/rpc";
import { darts, parseGenotype, printGenotype, printGenotypeJson, randomGenotype, record } from "@bnas/search";
import { aSpec } from "@bnas/testing";
import sharp from "sharp";
import { readSpec } from "../../../cli/src/spec/spec-input.js";
import { readImageHeader } from "../../../services/dataset/src/read/decode-image.js";
import { readIdx } from "../../../services/dataset/src/read/idx.js";
import { allFiles } from "../../../services/dataset/test/builders.js";

/** What reads bytes of others. It may refuse them, in its own words, and nothing else. */
export type Target = {
  /** Inputs to begin with. */
  readonly seeds: () => Promise<readonly Uint8Array[]>;
  /** Texts that its grammar has. */
  readonly words: readonly string[];
  readonly read: (bytes: Uint8Array) => unknown;
  /** Whether any error is a refusal: of what gRPC's own code reads. */
  readonly anyError?: boolean;
};

const bytes = (...texts: readonly string[]): readonly Uint8Array[] => texts.map((text) => Buffer.from(text));
const text = (input: Uint8Array): string => Buffer.from(input).toString("utf8");

const TIME = "2026-01-02T03:04:05.000Z";
const facts = [
  record("a", { kind: "search.opened", spec: aSpec() }, "pruner", TIME),
  record("a", { kind: "search.paused", control: 1 }, "pruner", TIME),
  record("a", { kind: "search.failed", reason: "x", hint: "y" }, "trainer", TIME),
];

const idxOf = (images: number): readonly Uint8Array[] => {
  const head = (...numbers: number[]) => {
    const buffer = Buffer.alloc(4 * numbers.length);
    for (const [i, number] of numbers.entries()) buffer.writeUInt32BE(number, 4 * i);
    return buffer;
  };
  return [
    Buffer.concat([head(0x803, images, 2, 2), Buffer.alloc(4 * images, 7)]),
    Buffer.concat([head(0x801, images), Buffer.from(Array.from({ length: images }, (_, i) => i % 2))]),
  ];
};

/** A folder that is removed at the end of the process. */
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "bnas-fuzz-"));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  return made;
};

export const TARGETS = {
  yaml: (): Target => {
    const path = join(folder(), "search.yaml");
    return {
      seeds: async () =>
        bytes(
          "preset: smoke\nseed: 3\n",
          "dataset: 'shapes:'\nspace: darts\ntrain: {seeds: 1}\n",
          "a: &a [1]\nb: *a\n",
          "---\nseed: 1\n---\n",
        ),
      words: [
        "preset: ",
        "seed: ",
        "&a ",
        "*a",
        "!!",
        "<<: ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "? ",
        "|\n",
        "---\n",
        "null",
        ".inf",
        ".nan",
        "0x",
        "1e999",
      ],
      read: async (input) => {
        writeFileSync(path, input);
        await readSpec({ config: path });
      },
    };
  },
  genotype: (): Target => ({
    seeds: async () => {
      const genotype = parseGenotype(printGenotype(randomGenotype(darts, 1) as never));
      return bytes(printGenotype(genotype), printGenotypeJson(genotype));
    },
    words: [
      "Genotype(",
      "normal=",
      "reduce_concat=",
      "range(2, 6)",
      "'",
      '"',
      "(",
      ")",
      "[",
      "]",
      ",",
      "None",
      "True",
      "-1",
      "1e400",
      "\\x",
      "#",
    ],
    read: (input) => parseGenotype(text(input)),
  }),
  facts: (): Target => ({
    seeds: async () => [...bytes(factsFileText(facts)), ...bytes(...facts.map((fact) => JSON.stringify(fact)))],
    words: ['"sha256":"', '"version":2', '{"version":1', '"kind":"', "null", "\n", "1e999", "\\u0000", "__proto__"],
    read: (input) => {
      readMessage({ subject: facts[0]?.subject ?? "", sequence: 1, data: input });
      parseFactsFile(text(input), "facts.jsonl");
    },
  }),
  idx: (): Target => {
    const path = folder();
    const [images = new Uint8Array(), labels = new Uint8Array()] = idxOf(4);
    const put = (name: string, what: Uint8Array) => writeFileSync(join(path, name), what);
    put("t10k-images-idx3-ubyte", images);
    put("t10k-labels-idx1-ubyte", labels);
    const files = allFiles();
    return {
      seeds: async () => [images, labels, Buffer.concat([images, labels])],
      words: ["\0\0\x08\x03", "\0\0\x08\x01", "\x1f\x8b\x08", "\0\0\0\0"],
      // One input is both files: the images up to where the labels begin.
      read: async (input) => {
        const at = Math.max(0, Buffer.from(input).indexOf(Buffer.from([0, 0, 8, 1])));
        put("train-images-idx3-ubyte", at === 0 ? input : input.subarray(0, at));
        put("train-labels-idx1-ubyte", at === 0 ? labels : input.subarray(at));
        await readIdx({ uri: `idx:${path}`, path } as never, { files: await files, budget: 2 ** 20 });
      },
    };
  },
  image: (): Target => ({
    seeds: async () => {
      const raw = sharp({ create: { width: 4, height: 3, channels: 3, background: "#123456" } });
      return Promise.all([
        raw.clone().png().toBuffer(),
        raw.clone().jpeg().toBuffer(),
        raw.clone().webp().toBuffer(),
        raw.clone().tiff().toBuffer(),
        raw.clone().gif().toBuffer(),
      ]);
    },
    words: ["IHDR", "Exif\0\0", "\xff\xd8", "RIFF", "WEBP", "II*\0", "MM\0*", "GIF89a", "<svg", "BM"],
    read: (input) => readImageHeader({ uri: "folder:x", file: "x/a.png", bytes: input }),
  }),
  wire: (): Target => {
    const { createSearch } = SearchServiceDefinition.methods;
    const request = CreateSearchRequest.create({ searchId: "a", spec: specToMessage(aSpec()) });
    return {
      seeds: async () => [CreateSearchRequest.encode(request).finish()],
      words: ["\x0a\x01a", "\x08\xff\xff\xff\xff\x0f", "\x12\x00", "\x0b", "\x0c"],
      read: (input) => {
        checkRequest(SearchServiceDefinition.fullName, createSearch.name, input);
        CreateSearchRequest.decode(input);
      },
      anyError: true,
    };
  },
} as const satisfies Record<string, () => Target>;

/** Whose code counts as reached. */
export const isOurs = (url: string): boolean =>
  url.startsWith("file:") &&
  !fileURLToPath(url).includes("/test/") &&
  (/\/(packages|services|cli|proto)\//.test(url) || url.includes("/yaml/"));
