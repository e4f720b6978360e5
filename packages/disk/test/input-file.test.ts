import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LARGEST_FILE, readInputFile, readInputFileSync, readInputText } from "../src/input-file.js";

const input = { field: "--config", allowed: "a file of text", hint: "check the path", mostBytes: 100 };

let folder: string;
const socket = createServer();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bnas-input-"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  await new Promise<void>((resolve) => socket.listen(join(folder, "socket"), resolve));
});
afterAll(() => {
  socket.close();
  rmSync(folder, { recursive: true });
});

const file = (bytes: string | Uint8Array, name = "in"): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

describe("a file that a person named", () => {
  it.each([
    ["a pipe that no one writes", "pipe", /It is a pipe, not a file/],
    ["a socket", "socket", /ENXIO|It is a device/],
    ["a folder", ".", /It is a folder, not a file/],
    ["a device without an end", "/dev/zero", /It is a device, not a file/],
    ["nothing", "nothing", /ENOENT: check the path/],
  ])("is refused at once, and never waited for, when it is %s", async (_, name, said) => {
    const path = name.startsWith("/") ? name : join(folder, name);
    await expect(readInputFile(path, input)).rejects.toThrow(said);
    expect(() => readInputFileSync(path, input)).toThrow(said);
  });

  it.each(["100 bytes", "1 MiB"])("has a size at most: %s", async (said) => {
    const mostBytes = said === "1 MiB" ? LARGEST_FILE.secret : 100;
    const sized = { ...input, mostBytes };
    const [whole, larger] = [file("a".repeat(mostBytes)), file("a".repeat(mostBytes + 1), "larger")];
    expect((await readInputFile(whole, sized)).length).toBe(mostBytes);
    expect(readInputFileSync(whole, sized).length).toBe(mostBytes);
    const refused = `of at most ${said}. It is larger`;
    await expect(readInputFile(larger, sized)).rejects.toThrow(refused);
    expect(() => readInputFileSync(larger, sized)).toThrow(refused);
  });

  it.each([
    [
      "UTF-16, as PowerShell writes it",
      Buffer.from("\ufeffpreset: smoke\n", "utf16le"),
      /It is UTF-16.*save it as UTF-8/,
    ],
    ["UTF-16 of the other order", Buffer.from("\ufeffpreset: smoke\n", "utf16le").swap16(), /It is UTF-16/],
    ["UTF-16 without a mark", Buffer.from("preset: smoke\n", "utf16le"), /It is UTF-16 without a mark/],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x70, 0, 0, 0]), /It is UTF-32/],
    ["Latin-1", Buffer.from("name: caf\u00e9 au lait\n", "latin1"), /byte 10 is 0xe9, which is no UTF-8 there/],
  ])("says what it is when it is no UTF-8 but %s", async (_, bytes, said) => {
    await expect(readInputText(file(bytes), input)).rejects.toThrow(said);
  });

  it("may begin with a mark of UTF-8, which is no part of its text", async () => {
    expect(await readInputText(file("\ufeffseed: 1"), input)).toBe("seed: 1");
  });

  it("keeps what is damaged where its reader finds the line, but for another encoding", async () => {
    const kept = { ...input, keepsDamage: true };
    expect(await readInputText(file(Buffer.from([0x61, 0xff, 0x62])), kept)).toBe("a\ufffdb");
    await expect(readInputText(file(Buffer.from("\ufeff{}", "utf16le")), kept)).rejects.toThrow(/It is UTF-16/);
  });
});
