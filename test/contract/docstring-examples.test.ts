import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Example, examplesOf, moduleOf } from "../../docs/tools/examples.js";
import { refuses, shows } from "../../docs/tools/shows.js";
import { packageFolders, root, Source } from "../../docs/tools/source.js";

using source = new Source();
const examples = packageFolders().flatMap((folder) => source.everything(folder).flatMap(examplesOf));

// Inside the tree, so that an example imports our packages as a user does; below a dist, which is never committed.
mkdirSync(join(root, "docs/tools/dist"), { recursive: true });
const folder = mkdtempSync(join(root, "docs/tools/dist/examples-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (example: Example): string => {
  const { of, file } = example;
  const which = examples.filter((one) => one.of === of && one.file === file).indexOf(example);
  return `${file.replaceAll("/", "-").replace(/\.ts$/, "")}-${of}-${which}.ts`;
};
for (const example of examples) writeFileSync(join(folder, fileOf(example)), moduleOf(example, "../../shows.js"));

describe("the examples in docstrings", () => {
  it("are all found: each stands at something that its file exports", () => {
    const written = packageFolders().flatMap((name) =>
      readdirSync(join(root, name, "src"), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => ({
          file: `${name}/src/${file}`,
          count: [...readFileSync(join(root, name, "src", file), "utf8").matchAll(/^\s*\* @example\b/gm)].length,
        })),
    );
    const found = (file: string) => examples.filter((example) => example.file === file).length;
    expect(written.filter(({ file, count }) => count !== found(file))).toEqual([]);
  });

  it("compile", () => {
    const config = join(folder, "tsconfig.json");
    const compilerOptions = { noUnusedLocals: true, rootDir: "../../../.." };
    writeFileSync(config, JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["*.ts"] }));
    const compile = () =>
      execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", config], {
        encoding: "utf8",
      });
    // The packages that they import are compiled along: what is wrong in those is not the examples' fault.
    const ofExamples = outputOf(compile)
      .split("\n")
      .filter((line) => line.includes("/dist/examples-"));
    expect(ofExamples).toEqual([]);
  });

  for (const example of examples) {
    it(`${example.of} (${example.file}) gives what its comments say`, async () => {
      await import(pathToFileURL(join(folder, fileOf(example))).href);
    });
  }
});

describe("an example's comment", () => {
  const line = (code: string) => moduleOf({ of: "f", file: "f.ts", code }, "./shows.js").split("\n")[1];

  it("becomes a comparison with what its line gives", () => {
    expect(line("f(1); // => [1, 2]")).toBe('shows(f(1), [1, 2], "f(1)", "[1, 2]");');
    expect(line("const y = f(1); // => 2")).toBe('const y = f(1); shows(y, 2, "const y = f(1)", "2");');
    expect(line("f(1); // => [1,\n//     2]")).toBe('shows(f(1), [1, 2], "f(1)", "[1, 2]");');
    expect(line("f(1);\n// => [1, 2]")).toBe('shows(f(1), [1, 2], "f(1)", "[1, 2]");');
    expect(line("f(1); // a remark")).toBe("f(1); // a remark");
  });

  it("holds numbers to the digits that it shows", () => {
    expect(() => shows(Float32Array.of(1 / 3, 2), [0.333, 2], "f()", "[0.333, 2]")).not.toThrow();
    expect(() => shows(1 / 3, 0.334, "f()", "0.334")).toThrow("`f()` gives 0.3333333333333333, not 0.334");
    expect(() => shows(3.0001, 3, "f()", "3")).toThrow();
  });

  it("holds every key and element, and their number", () => {
    expect(() => shows({ a: [1] }, { a: [1] }, "f()", "{ a: [1] }")).not.toThrow();
    expect(() => shows({ a: [1], b: 2 }, { a: [1] }, "f()", "{ a: [1] }")).toThrow();
    expect(() => shows({ a: undefined }, { b: undefined }, "f()", "{ b: undefined }")).toThrow();
    expect(() => shows(new Map([[1, 2]]), new Map([[1, 3]]), "f()", "new Map([[1, 3]])")).toThrow();
    expect(() => shows([], {}, "f()", "{}")).toThrow();
  });

  it("holds an error to the text that it shows", async () => {
    const throwing = async () => {
      throw new Error("f takes a number");
    };
    await expect(refuses(throwing, "f()", "takes a number")).resolves.toBeUndefined();
    await expect(refuses(throwing, "f()", "takes a string")).rejects.toThrow(
      "throws Error: f takes a number, not takes a string",
    );
    await expect(refuses(async () => {}, "f()", "anything")).rejects.toThrow("`f()` throws nothing");
  });
});

const outputOf = (command: () => string): string => {
  try {
    return command();
  } catch (error) {
    return (error as { readonly stdout: string }).stdout; // execFileSync's error holds what the command wrote.
  }
};
