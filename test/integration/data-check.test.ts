import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeImage } from "@bnas/dataset";
import { describe, expect, it } from "vitest";
import { bnas, temporaryFolder } from "./bnas.js";

const picture = (value: number) =>
  encodeImage(new Uint8Array(8 * 8 * 3).fill(value), { width: 8, height: 8, channels: 3 });

describe("bnas data check", () => {
  it("ends with 0 for what a search can use, and says what it left aside", async () => {
    const folder = temporaryFolder();
    for (const name of ["a", "b"]) {
      mkdirSync(join(folder, name));
      for (let i = 0; i < 5; i++) writeFileSync(join(folder, name, `${i}.png`), await picture(i));
    }
    writeFileSync(join(folder, "a", "Thumbs.db"), "x");
    const { code, stdout } = await bnas("data", "check", `folder:${folder}`);
    expect(code).toBe(0);
    expect(stdout).toContain(`left aside: 1 (${join(folder, "a", "Thumbs.db")})`);
    expect(stdout).toContain("2 classes, 8 training images, 2 test images");
    expect(stdout).toContain(`folder:${folder}: a search can use it`);
    expect((await bnas("data", "check", "shapes:?images=40&test=20")).code).toBe(0);
  });

  it("ends with 2 for what a search refuses, and names each thing by its own words", async () => {
    const folder = temporaryFolder();
    for (const name of ["a", "b"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "1.png"), await picture(1));
      writeFileSync(join(folder, name, "2.png"), "<html>");
    }
    const checked = await bnas("data", "check", `folder:${folder}`, "--json");
    expect(checked.code).toBe(2);
    const { refused } = JSON.parse(checked.stdout);
    expect(refused).toHaveLength(2);
    const searched = await bnas(
      "search",
      "--preset",
      "smoke",
      "--dataset",
      `folder:${folder}`,
      "--out",
      `${folder}-out`,
    );
    expect(searched.stderr).toContain(refused[0]);
    expect((await bnas("data", "check", "floder:x")).stderr).toContain("Did you mean folder:?");
  });
});
