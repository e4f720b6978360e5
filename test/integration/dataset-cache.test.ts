import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeImage } from "@bnas/dataset";
import { describe, expect, it } from "vitest";
import { bnas, configFile, decisions, temporaryFolder } from "./bnas.js";

/** A folder of pictures of two classes, of another size than the search takes. */
const pictures = async (): Promise<string> => {
  const folder = temporaryFolder();
  for (const [shade, name] of ["dark", "light"].entries()) {
    mkdirSync(join(folder, name));
    for (let at = 0; at < 24; at++) {
      const pixels = Buffer.alloc(12 * 10 * 3, 90 * shade + at);
      writeFileSync(join(folder, name, `${at}.png`), await encodeImage(pixels, { height: 12, width: 10, channels: 3 }));
    }
  }
  return folder;
};

describe("--dataset-cache of bnas search", () => {
  it("keeps every picture that was decoded, and the search is the one without it", async () => {
    const small = { imageSize: 8, limit: 0, reductionImages: 4, cropPadding: 1 };
    const config = configFile({
      dataset: `folder:${await pictures()}`,
      strategy: "random",
      data: small,
      train: { seeds: 1, cells: 2, channels: 4, epochs: 2, batch: 8 },
    });
    const cache = join(temporaryFolder(), "cache");
    const [kept, again, plain] = ["kept", "again", "plain"].map((name) => join(temporaryFolder(), name));
    const search = (out = "", ...more: string[]) => bnas("search", "--config", config, "--out", out, ...more);
    const first = await search(kept, "--dataset-cache", cache);
    expect(first.code, first.stderr).toBe(0);
    const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBe(48);
    expect((await search(again, "--dataset-cache", cache)).code).toBe(0);
    expect((await search(plain)).code).toBe(0);
    expect(decisions(again ?? "")).toEqual(decisions(kept ?? ""));
    expect(decisions(plain ?? "")).toEqual(decisions(kept ?? ""));
  });

  it("is refused before anything is written where it is no folder", async () => {
    const out = join(temporaryFolder(), "out");
    const file = configFile();
    const { code, stderr } = await bnas("search", "--config", file, "--dataset-cache", file, "--out", out);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--dataset-cache: .* a folder that can be written/);
    expect(existsSync(out)).toBe(false);
  });
});
