import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { describe, expect, it } from "vitest";

const folder = join(import.meta.dirname, "..");

describe("the runtime as it is delivered", () => {
  it("has no dependency", () => {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    expect(manifest.dependencies).toBeUndefined();
  });

  it("has less than 60 KB with its kernels, and imports nothing", async () => {
    const entry = join(folder, "src/index.ts");
    const built = await build({
      configFile: false,
      logLevel: "silent",
      build: { lib: { entry, formats: ["es"] }, write: false, minify: true },
    });
    const [{ output }] = built as unknown as [{ output: { code: string }[] }]; // A library is built as a list.
    const code = output.map((chunk) => chunk.code).join("");
    expect(code.length).toBeGreaterThan(10_000);
    expect(code.length).toBeLessThan(60_000);
    expect(code).not.toMatch(/\b(import|require)\s*[("{]/);
  });

  it("has the kernels that assembly/ compiles to", () => {
    execFileSync(process.execPath, [join(folder, "compile.js"), "--check"], { stdio: "pipe" });
  });
});
