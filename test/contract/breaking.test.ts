import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** `npm run proto:breaking` on a copy of proto/ in which a text of a file was replaced. */
const breaking = async (file: string, before: string | RegExp, after: string) => {
  const copy = mkdtempSync(join(tmpdir(), "bnas-proto-"));
  folders.push(copy);
  for (const part of ["bnas", "google", "grpc", "buf.yaml", "baseline.binpb"]) {
    cpSync(join(root, "proto", part), join(copy, part), { recursive: true });
  }
  const path = join(copy, "bnas/v1", file);
  const text = readFileSync(path, "utf8");
  const changed = text.replace(before, after);
  expect(changed === text).toBe(before === "");
  writeFileSync(path, changed);
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const command = String(scripts["proto:breaking"]).replace("cd proto", `cd ${copy}`);
  const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` };
  return new Promise<{ readonly code: number; readonly stdout: string }>((resolve) =>
    execFile("sh", ["-c", command], { env }, (error, stdout) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout }),
    ),
  );
};

describe("the API", () => {
  it("breaks no client of the last release", async () => {
    expect(await breaking("search.proto", "", "")).toEqual({ code: 0, stdout: "" });
  });

  it("may gain fields and methods", async () => {
    const more = await breaking(
      "search.proto",
      "message GetSearchRequest {",
      "message GetSearchRequest {\n  bool brief = 2;",
    );
    expect(more).toEqual({ code: 0, stdout: "" });
  });

  it.each([
    ["a field that goes", "search.proto", /.*string reason = 2;/, "", /field "2" with name "reason".*deleted/],
    ["a field with another number", "spec.proto", "channels = 2;", "channels = 5;", /field "2".*"channels".*deleted/],
    [
      "a field of another type",
      "search.proto",
      "uint32 page_size",
      "string page_size",
      /type from "uint32" to "string"/,
    ],
    ["a method that goes", "search.proto", /rpc PauseSearch[^}]*}/, "", /RPC "PauseSearch".*deleted/],
    ["a value that goes", "dataset.proto", "SPLIT_TEST = 5;", "", /enum value "5" on enum "Split" was deleted/],
    [
      "an answer that becomes a stream",
      "search.proto",
      "returns (Ledger)",
      "returns (stream Ledger)",
      /GetLedger.*streaming/,
    ],
  ])("is kept from %s", async (_, file, before, after, says) => {
    const { code, stdout } = await breaking(file, before, after);
    expect(stdout).toMatch(says);
    expect(code).toBe(100);
  });
});
