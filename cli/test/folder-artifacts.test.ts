import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { folderArtifacts } from "../src/outputs/folder-artifacts.js";

const root = mkdtempSync(join(tmpdir(), "bnas-artifacts-"));
afterAll(() => rmSync(root, { recursive: true }));

const FILES = [
  "facts.jsonl",
  "report.html",
  "model/config.json",
  "model/model.safetensors",
  "exports/bnn/model.bnn",
  "blobs/aa/aaaa",
  "summary.json.part",
  ".lock",
];

describe("what a run has left in its folder", () => {
  for (const name of FILES) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), `the bytes of ${name}`);
  }

  it("are its files and the exports that were put there, with bytes and digest, and not its checkpoints or halves of files", async () => {
    const found = await folderArtifacts(root);
    expect(found.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ["exports/bnn/model.bnn", "application/octet-stream"],
      ["facts.jsonl", "application/jsonl"],
      ["model/config.json", "application/json"],
      ["model/model.safetensors", "application/octet-stream"],
      ["report.html", "text/html"],
    ]);
    for (const { name, bytes, sha256 } of found) {
      const text = `the bytes of ${name}`;
      expect([bytes, sha256]).toEqual([text.length, createHash("sha256").update(text).digest("hex")]);
    }
  });

  it("is nothing of a folder without facts, which says where a search of a mesh would be asked for", async () => {
    await expect(folderArtifacts(join(root, "model"))).rejects.toMatchObject({
      code: "INVALID_INPUT",
      hint: expect.stringContaining("--server or --kube"),
    });
  });
});
