import { execFile, execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeModel } from "@bnas/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelWith } from "../../packages/model/test/builders.js";
import { Disk } from "../chaos/disk.js";
import { pythonWithOnnx } from "../consumers/python.js";
import { bnas, temporaryFolder } from "./bnas.js";

const run = promisify(execFile);
const folder = temporaryFolder();
const model = join(folder, "model");
const python = await pythonWithOnnx();

beforeAll(() => writeModel(model, modelWith()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program in place of a Python interpreter: it has some version of onnxruntime, and does what is said when it is to run a model. */
const fakePython = (does: string): string => {
  const path = join(temporaryFolder(), "python");
  writeFileSync(path, `#!/bin/sh\necho '{"onnxruntime": "0.0"}'\n[ $# -lt 3 ] || { ${does}; }\n`);
  chmodSync(path, 0o755);
  return path;
};

describe("bnas export", () => {
  it.skipIf(python.missing !== "")(`leaves a file that runs as docs/exports.md shows it${python.missing}`, async () => {
    const out = join(folder, "model-onnx");
    await bnas("export", model, "--format", "onnx", "--out", out, "--python", "no-such-python");
    const page = readFileSync(new URL("../../docs/exports.md", import.meta.url), "utf8");
    const code = [...page.matchAll(/^```python\n(.*?)^```$/gms)].find(([, block]) =>
      block?.includes("onnxruntime"),
    )?.[1];
    const small = code?.replace("(32, 32, 3)", "(8, 8, 3)") ?? "";
    const { stdout } = await run(python.path ?? "", ["-c", small], { cwd: folder });
    expect(["cat", "dog", "bird"]).toContain(stdout.trim());
  });

  it.skipIf(python.missing !== "")(`leaves a file and its proof, and nothing else${python.missing}`, async () => {
    const out = join(folder, "onnx");
    const args = ["export", model, "--format", "onnx", "--out", out, "--python", python.path ?? ""];
    expect(await bnas(...args)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/onnxruntime 1\.\d+\.\d+: logits by at most \d/),
    });
    expect(readdirSync(out).sort()).toEqual(["export-check.json", "model.onnx"]);
    expect(statSync(out).mode).toBe(statSync(model).mode);
    expect(JSON.parse(readFileSync(join(out, "export-check.json"), "utf8"))).toMatchObject({
      format: "onnx",
      files: [{ name: "model.onnx", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      bound: 1e-4,
      engine: { name: "wasm", logits: { images: 8 } },
      consumers: [{ name: "onnxruntime", versions: { python: expect.any(String) } }],
      missing: {},
    });
    expect(await bnas(...args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/It holds (export-check.json|model.onnx), and nothing is written over/),
    });
  });

  it("says which consumer the machine has not, and why", async () => {
    const out = join(folder, "alone");
    const ended = await bnas("export", model, "--format", "onnx", "--out", out, "--python", "no-such-python");
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/not run in onnxruntime.*no-such-python/) });
    const { missing } = JSON.parse(readFileSync(join(out, "export-check.json"), "utf8"));
    expect(missing.onnxruntime).toContain("ENOENT");
  });

  it("writes nothing of a network that its consumer refuses, and says what it said", async () => {
    const place = temporaryFolder();
    const python = fakePython("echo 'Unknown operator Conv' >&2; exit 1");
    const ended = await bnas("export", model, "--format", "onnx", "--out", join(place, "out"), "--python", python);
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("onnxruntime refuses the exported network: Unknown operator Conv"),
    });
    expect(readdirSync(place)).toEqual([]);
  });

  it.each([
    [["--format", "onx"], '--format: "onx" is not allowed; it takes onnx, qonnx, safetensors, c', "Did you mean onnx?"],
    [["--format", "onnx", "--opset", "18"], "--opset: 18 is not allowed; it takes 25 or 17", "older runtimes"],
    [["--format", "qonnx", "--opset", "17"], "--opset: 17 is not allowed; it takes nothing", "an option of onnx"],
  ])("refuses %j", async (flags, what, hint) => {
    const ended = await bnas("export", model, "--out", join(folder, "refused"), ...flags);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(what) });
    expect(ended.stderr).toContain(hint);
    expect(readdirSync(folder)).not.toContain("refused");
  });

  it("refuses a folder that cannot be made", async () => {
    const out = join(model, "config.json", "out");
    const ended = await bnas("export", model, "--format", "onnx", "--out", out);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/--out: .* is not allowed; .*ENOTDIR/) });
  });

  it("refuses what is no model, by its path", async () => {
    const ended = await bnas("export", join(folder, "nothing"), "--format", "onnx", "--out", join(folder, "refused"));
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'nothing/config.json" is not allowed; it takes the config.json of a folder with config.json',
      ),
    });
  });
});

const disk = mountedDisk();
describe.skipIf(disk === undefined)(
  `an export to a disk that is full in the middle${disk === undefined ? " (skipped: needs the right to mount)" : ""}`,
  () => {
    afterAll(() => void execFileSync("umount", [disk?.folder ?? ""]));

    it("leaves nothing, and says that there is no room", async () => {
      if (disk === undefined) throw new Error("there is no disk");
      disk.fill();
      const ended = await bnas("export", model, "--format", "onnx", "--out", join(disk.folder, "out"));
      expect(ended).toMatchObject({ code: 5, stderr: expect.stringContaining("disk is full") });
      expect(readdirSync(disk.folder)).toEqual([]);
    });
  },
);

function mountedDisk(): Disk | undefined {
  try {
    return Disk.mount("export", join(temporaryFolder(), "disk"));
  } catch {
    return undefined;
  }
}
