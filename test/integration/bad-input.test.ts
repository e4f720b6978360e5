import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bnas, configFile, type Ended, read, temporaryFolder } from "./bnas.js";

/** One clear line that names what is wrong and what to do; no stack. */
const clearly = ({ code, stderr, stdout }: Ended, expected: number, ...parts: (string | RegExp)[]) => {
  expect(code, stderr + stdout).toBe(expected);
  for (const part of parts) expect(stderr).toMatch(part);
  expect(stderr).not.toMatch(/^\s+at .*\.js/m);
};

const cifarFile = (records: number, label: (i: number) => number = (i) => i % 10): Buffer => {
  const bytes = Buffer.alloc(records * 3073);
  for (let i = 0; i < records; i++) bytes[i * 3073] = label(i);
  return bytes;
};

/** Five bytes are missing, and it is not of zeros alone. */
const shortFile = (): Buffer => cifarFile(20).fill(7, 1, 3073).subarray(0, -5);

const fileWith = (bytes: Buffer, name = "data_batch_1.bin"): string => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
};

describe("bad words", () => {
  it.each([
    ["a dataset scheme", ["--dataset", "cifar11:x"], /dataset.*cifar11.*cifar10/],
    ["a preset", ["--preset", "smok"], /preset.*smok.*smoke/],
    ["a strategy", ["--strategy", "bnass"], /strategy.*bnass.*bnas/],
    ["a method of binarization", ["--binarizer", "pccn"], /binarizer.*pccn.*pcnn/],
    ["a binarization", ["--binarize", "weight"], /binarize.*weight.*weights/],
    ["a flag", ["--sed", "7"], /--sed.*\n?.*--seed/],
    ["a seed", ["--seed", "-1"], /seed.*-1/],
    ["an engine", ["--engine", "wasn"], /engine.*wasn/],
  ])("refuses an unknown value for %s and names the nearest", async (_, args, message) => {
    const out = join(temporaryFolder(), "out");
    clearly(await bnas("search", "--preset", "smoke", ...args, "--out", out), 2, message);
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    ["an unknown key", { network: { cell: 3 } }, /network\.cell\b.*cells/],
    ["an unknown key at the top", { datset: "shapes:" }, /datset.*dataset/],
    ["fewer than two cells", { network: { cells: 1 } }, /network\.cells.*1.*2 to 32/],
    [
      "a C that does not divide the channels",
      { network: { cells: 2, channels: 6, partial: 4 } },
      /partial.*4.*divisor/,
    ],
    ["a batch larger than the split", { warmup: { batch: 4000 } }, /warmup\.batch.*4000/],
    [
      "a step that the engine cannot hold",
      {
        dataset: "shapes:?images=12000",
        data: { limit: 0, reductionImages: 30 },
        network: { cells: 8, channels: 64 },
        warmup: { batch: 4096 },
      },
      /warmup\.batch.*4096.*at most \d+.*GiB/,
    ],
    ["a word for a number", { reduction: { passes: "three" } }, /reduction\.passes.*three/],
  ])("refuses %s in the configuration file, with its path", async (_, change, message) => {
    const out = join(temporaryFolder(), "out");
    clearly(await bnas("search", "--config", configFile(change), "--out", out), 2, message);
    expect(existsSync(out)).toBe(false);
  });

  it("refuses a configuration file that is not there or no YAML", async () => {
    clearly(await bnas("search", "--config", "nowhere.yaml"), 2, /--config.*nowhere\.yaml/);
    clearly(await bnas("search", "--config", fileWith(Buffer.from("a: [1"), "bad.yaml")), 2, /--config.*bad\.yaml/);
  });

  it("refuses an unknown operation in a genotype and names the nearest", async () => {
    const { stdout } = await bnas("show", "published");
    const text = stdout.match(/^Genotype.*$/m)?.[0].replace("sep_conv_3x3", "sep_conv_3x4") ?? "";
    clearly(await bnas("show", text), 2, /sep_conv_3x4.*sep_conv_3x3/);
  });
});

describe("bad data", () => {
  it.each([
    ["a folder that is not there", () => "cifar10:/nowhere/at/all", /\/nowhere\/at\/all/],
    ["an empty file", () => `cifar10:${fileWith(Buffer.alloc(0))}`, /data_batch_1\.bin/],
    ["a short file", () => `cifar10:${fileWith(shortFile())}`, /data_batch_1\.bin.*3073/],
    ["a label out of range", () => `cifar10:${fileWith(cifarFile(20, (i) => (i === 3 ? 77 : i % 10)))}`, /77/],
    ["one class only", () => `cifar10:${fileWith(cifarFile(200, () => 4))}`, /class/],
    ["more classes than images", () => "shapes:?classes=6&images=4&test=6", /images|classes/],
  ])("refuses %s, names it, and writes nothing", async (_, uri, message) => {
    const out = join(temporaryFolder(), "out");
    clearly(await bnas("search", "--preset", "smoke", "--dataset", uri(), "--out", out), 2, message);
    expect(existsSync(out)).toBe(false);
  });
});

describe("the output folder", () => {
  it("is refused when it holds anything, which stays as it was", async () => {
    const out = temporaryFolder();
    writeFileSync(join(out, "mine.txt"), "mine");
    clearly(await bnas("search", "--config", configFile(), "--out", out), 2, /--out/);
    expect(readdirSync(out)).toEqual(["mine.txt"]);
  });

  it("is refused when it cannot be made", async () => {
    const file = fileWith(Buffer.from("a file"), "file");
    clearly(await bnas("search", "--config", configFile(), "--out", join(file, "below")), 2, /--out/);
  });
});

describe("a search that was begun", () => {
  const begun = temporaryFolder();
  const copy = (): string => {
    const folder = temporaryFolder();
    cpSync(begun, folder, { recursive: true });
    return folder;
  };

  beforeAll(async () => {
    rmSync(begun, { recursive: true });
    const { code, stderr } = await bnas("search", "--config", configFile(), "--seed", "3", "--out", begun);
    expect(code, stderr).toBe(0);
  });

  it("is not begun again over itself", async () => {
    clearly(await bnas("search", "--config", configFile(), "--out", begun), 2, /--out.*--resume/);
  });

  it("does not continue with another spec, and says which field differs", async () => {
    const { code, stderr } = await bnas("search", "--resume", "--config", configFile(), "--seed", "4", "--out", begun);
    clearly({ code, stderr, stdout: "" }, 2, /seed.*4.*3/);
  });

  it("replays to where its facts are cut off, and says so", async () => {
    const folder = copy();
    // A search that has not ended has none.
    rmSync(join(folder, "proof.json"));
    const path = join(folder, "facts.jsonl");
    truncateSync(path, readFileSync(path).length - 40);
    const { code, stderr } = await bnas("replay", path);
    clearly({ code, stderr, stdout: "" }, 0, /cut off/, /has not ended/);
  });

  it("continues from facts that are cut off to the same genotype", async () => {
    const folder = copy();
    const path = join(folder, "facts.jsonl");
    const before = read(folder, "genotype.json");
    truncateSync(path, Math.floor(readFileSync(path).length * 0.9));
    rmSync(join(folder, "genotype.json"));
    const { code, stderr } = await bnas("search", "--resume", "--out", folder);
    expect(code, stderr).toBe(0);
    expect(read(folder, "genotype.json")).toBe(before);
  });

  it("is refused when a fact was edited, by its line", async () => {
    const folder = copy();
    const path = join(folder, "facts.jsonl");
    writeFileSync(path, readFileSync(path, "utf8").replace('"correct":', '"correct":1'));
    const line =
      readFileSync(path, "utf8")
        .split("\n")
        .findIndex((text) => text.includes('"correct":1')) + 1;
    clearly(await bnas("replay", path), 4, new RegExp(`line ${line}\\b|:${line}\\b`));
    clearly(await bnas("search", "--resume", "--out", folder), 4, /facts\.jsonl/);
  });

  it("is refused when its facts are of another version", async () => {
    const path = join(temporaryFolder(), "facts.jsonl");
    writeFileSync(path, '{"version":2,"subject":"bnas.search.a.opened","fact":{}}\n');
    appendFileSync(path, "");
    clearly(await bnas("replay", path), 4, /version.*2/);
  });

  it.each(["missing", "altered"])(
    "has every blob that is %s computed again, and ends with the same genotype",
    async (how) => {
      const folder = copy();
      const path = join(folder, "facts.jsonl");
      const lines = readFileSync(path, "utf8").trimEnd().split("\n");
      // Continue in the middle: the last checkpoint is needed again.
      writeFileSync(path, `${lines.slice(0, 20).join("\n")}\n`);
      const blobs = readdirSync(join(folder, "blobs"), {
        recursive: true,
        encoding: "utf8",
        withFileTypes: true,
      }).filter((entry) => entry.isFile());
      for (const blob of blobs) {
        const file = join(blob.parentPath, blob.name);
        if (how === "missing") rmSync(file);
        else {
          chmodSync(file, 0o644);
          writeFileSync(file, Buffer.concat([readFileSync(file).subarray(1), Buffer.from([1])]));
        }
      }
      const [before, genotype] = [read(folder, "facts.jsonl"), read(folder, "genotype.json")];
      const { code, stderr } = await bnas("search", "--resume", "--out", folder);
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/repaired by [1-9]\d* jobs/);
      expect(read(folder, "facts.jsonl").startsWith(before)).toBe(true);
      expect(read(folder, "genotype.json")).toBe(genotype);
    },
  );

  it("leaves a path without permissions alone", async () => {
    mkdirSync(join(begun, "sub"));
    clearly(await bnas("search", "--resume", "--out", join(begun, "sub")), 2, /facts\.jsonl/);
  });
});
