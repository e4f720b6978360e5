import { describe, expect, it } from "vitest";
import { parseUri } from "../src/read/uri.js";
import { refusal } from "./builders.js";

describe("a dataset URI", () => {
  it("names a scheme and a path, in which anything may stand", () => {
    expect(parseUri("cifar10:/data/a:b c")).toMatchObject({ scheme: "cifar10", path: "/data/a:b c" });
    expect(parseUri("folder:./flowers")).toMatchObject({ scheme: "folder", path: "./flowers" });
  });

  it("needs nothing after shapes:", () => {
    expect(parseUri("shapes:")).toMatchObject({ scheme: "shapes", options: { classes: 6, size: 16, seed: 1 } });
  });

  it("takes the options of shapes: in any order", () => {
    const options = { classes: 4, size: 20, images: 100, test: 8, seed: 9 };
    expect(parseUri("shapes:?seed=9&test=8&classes=4&size=20&images=100")).toMatchObject({ options });
  });

  it.each([
    ["cifar:/data", "Did you mean cifar10:?"],
    ["floder:/data", "Did you mean folder:?"],
    ["/data/flowers", "folder:/data/flowers"],
    ["shapes", "shapes: with a colon"],
    ["", "folder:DIR"],
    ["idx:", "path"],
    ["shapes:classes=4", "question mark"],
    ["shapes:?clases=4", "Did you mean classes=?"],
    ["shapes:?classes=4&classes=5", "once"],
    ["shapes:?classes=1", "classes from 2"],
    ["shapes:?size=9999", "size from 8"],
    ["shapes:?images=1e3", "images from"],
    ["shapes:?images=5&classes=4", "images from 8 for 4 classes"],
    ["shapes:?seed=", "seed from 0"],
    [`shapes:?${"&".repeat(5000)}`, "4096 characters"],
  ])("is refused as %j on the field dataset with a way out", async (uri, words) => {
    const error = await refusal(() => parseUri(uri));
    expect(error.field).toBe("dataset");
    expect(error.value).toBe(uri);
    expect(error.message).toContain(words);
  });
});
