import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bnas, temporaryFolder } from "./bnas.js";
import { serve } from "./serve.js";

describe("a mesh with data roots", () => {
  const roots = temporaryFolder();
  const outside = join(temporaryFolder(), "secret-of-the-host");
  let mesh: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    mkdirSync(join(outside, "ssl-key"), { recursive: true });
    writeFileSync(join(outside, "key.pem"), "k");
    for (const name of ["first", "second"]) mkdirSync(join(roots, name));
    const place = temporaryFolder();
    const where = ["--log", `file:${join(place, "facts.jsonl")}`, "--store", `dir:${join(place, "blobs")}`];
    const given = ["first", "second"].flatMap((name) => ["--data-root", join(roots, name)]);
    mesh = await serve("all", ...where, ...given);
  });
  afterAll(() => {
    mesh.process.kill("SIGTERM");
  });

  const asked = (uri: string) =>
    bnas("submit", "--preset", "smoke", "--dataset", uri, "--dry-run", "--server", mesh.address);

  it.each(["folder", "cifar10", "idx"])(
    "answers of %s outside by the same words, whatever lies there",
    async (scheme) => {
      const answers = await Promise.all(
        ["", "/ssl-kez", "/key.pem"].map((name) => asked(`${scheme}:${outside}${name}`)),
      );
      for (const { code, stderr } of answers) {
        expect(code).toBe(2);
        expect(stderr).toContain(`below an allowed root: ${join(roots, "first")}, ${join(roots, "second")}`);
        expect(stderr).not.toMatch(/Did you mean|Convert|ssl-key\b/);
      }
    },
  );

  it("reads below each of them", async () => {
    const { code, stderr } = await asked(`folder:${join(roots, "second")}`);
    expect(code).toBe(2);
    expect(stderr).toContain("second holds no folders");
  });
});
