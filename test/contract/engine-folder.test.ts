import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PACKAGES, RECIPE, TENSORFLOW } from "../../deploy/engine-node/versions.js";

// A package reads nothing of deploy/, so the name stands in both; where they differ, every test on the engine would be skipped.
it("the engine node is looked for in the folder that npm run engine:node makes", () => {
  const finder = readFileSync(new URL("../../packages/kernels/src/tensorflow/find.ts", import.meta.url), "utf8");
  const { version } = PACKAGES["@tensorflow/tfjs-node"];
  expect(/VERSIONS = "([^"]+)"/.exec(finder)?.[1]).toBe(`${version}-tensorflow-${TENSORFLOW}-${RECIPE}`);
});
