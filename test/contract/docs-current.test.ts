import { existsSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { madePages, outdated } from "../../docs/tools/made.js";
import type { Page } from "../../docs/tools/markdown.js";

let pages: readonly Page[];
beforeAll(async () => {
  pages = await madePages();
}, 120_000);

describe("the pages that are made from the source", () => {
  it("are committed as they are made: where this fails, run npm run docs", () => {
    expect(outdated(pages)).toEqual([]);
  });

  it("show every kernel with its formula forward and backward, its source, an example and a picture", () => {
    const kernels = pages.filter(({ path }) => /^docs\/kernels\/(?!README)[^/]*\.md$/.test(path));
    const lacking = kernels.filter(({ path, text }) => {
      const hasAll = ["## Forward", "## Backward", "```math", "## Source", "https://", "```ts\nimport"].every((part) =>
        text.includes(part),
      );
      const picture = pages.find((page) => page.path === path.replace(/\.md$/, ".svg"));
      return !hasAll || picture === undefined || picture.text.includes("NaN");
    });
    expect(kernels.length).toBeGreaterThan(0);
    expect(lacking.map(({ path }) => path)).toEqual([]);
  });

  it("lead to pages that are there", () => {
    const paths = new Set(pages.map(({ path }) => path));
    const dead = pages.flatMap(({ path, text }) =>
      [...text.replace(/```[\s\S]*?```/g, "").matchAll(/\]\(([\w-]+\.(?:md|svg))\)/g)]
        .map(([, target]) => `${path.slice(0, path.lastIndexOf("/"))}/${target}`)
        .filter((target) => !paths.has(target) && !existsSync(new URL(`../../${target}`, import.meta.url))),
    );
    expect(dead).toEqual([]);
  });
});
