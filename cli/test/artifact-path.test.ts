import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { artifactPath } from "../src/outputs/artifact-path.js";

describe("where an artifact of a mesh is written", () => {
  it.each(["genotype.json", "model/config.json", "model-2/model.safetensors", "budget (1).svg"])(
    "is below the folder: %s",
    (name) => {
      expect(artifactPath("out", name)).toBe(join("out", name));
    },
  );

  it.each([
    "../genotype.json",
    "model/../../x",
    "/etc/passwd",
    "",
    ".",
    "..",
    "a//b",
    "a/",
    "a\\..\\b",
    "C:\\x",
    ".ssh/authorized_keys",
    "a\u0000b",
    "a\nb",
    "\u001b[2J",
    "a".repeat(300),
  ])("is refused for a name that leads elsewhere or that no artifact has: %j", (name) => {
    expect(() => artifactPath("out", name)).toThrow(/artifact\.name/);
  });
});
