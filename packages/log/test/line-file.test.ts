import { appendFile, open, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { temporaryFolder } from "@bnas/testing/contracts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LineFile } from "../src/line-file.js";

const folder = temporaryFolder();

/** What was done with open files, each when it has ended. */
let done: string[] = [];
let files: Record<"write" | "datasync" | "sync", (...args: unknown[]) => Promise<unknown>>;

/** Long after everything that does not wait for it. */
const later = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

beforeEach(async () => {
  const path = await folder.fresh();
  const handle = await open(path, "a+");
  files = Object.getPrototypeOf(handle);
  await handle.close();
  done = [];
  for (const name of ["write", "datasync", "sync"] as const) {
    const real = files[name];
    vi.spyOn(files, name).mockImplementation(async function (this: unknown, ...args) {
      const answer = await real.apply(this, args);
      await later();
      done.push(name);
      return answer;
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
});

const linesOf = async (file: LineFile): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const some of file.next()) lines.push(...some.map(({ bytes }) => bytes.toString()));
  return lines;
};

describe("a line that was appended", () => {
  it("is on the disk when its promise resolves: one write, then fsync", async () => {
    const file = await LineFile.open(await folder.fresh());
    done = [];
    await file.append("first");
    expect(done).toEqual(["write", "datasync"]);
    await file.close();
  });

  it("is not there when fsync fails, whatever was written: its promise rejects, and the file can still be used", async () => {
    const path = await folder.fresh();
    const file = await LineFile.open(path);
    vi.spyOn(files, "datasync").mockRejectedValueOnce(
      Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO" }),
    );
    await expect(file.append("first")).rejects.toThrow("EIO");
    await file.append("second");
    expect(await readFile(path, "utf8")).toBe("first\nsecond\n");
    await file.close();
  });

  it("is refused as lack of room when the disk took a part of it, and the next line begins again", async () => {
    const path = await folder.fresh();
    const file = await LineFile.open(path);
    vi.spyOn(files, "write").mockImplementationOnce(async () => {
      await appendFile(path, "fi");
      return { bytesWritten: 2 };
    });
    await expect(file.append("first")).rejects.toMatchObject({
      code: "NO_ROOM",
      message: expect.stringContaining(`${path} took 2 of 6 bytes`),
    });
    expect(await linesOf(file)).toEqual([]);
    await file.append("second");
    expect(await linesOf(file)).toEqual(["fi", "second"]);
    await file.close();
  });
});

describe("a file of lines", () => {
  it("has its name on the disk when it is open", async () => {
    const path = await folder.path("made/lines");
    await LineFile.open(path).then((file) => file.close());
    expect(done.filter((one) => one === "sync")).toHaveLength(2); // Of the folder above the new one, and of the new one.
    expect((await stat(dirname(path))).isDirectory()).toBe(true);
  });

  it("is not open when its name cannot be made durable", async () => {
    vi.spyOn(files, "sync").mockRejectedValueOnce(new Error("EIO: i/o error, fsync"));
    await expect(LineFile.open(await folder.fresh())).rejects.toThrow("EIO");
  });

  it("fsyncs what it has read once, and again only when it has read more", async () => {
    const path = await folder.fresh();
    const file = await LineFile.open(path);
    await appendFile(path, "of another process\n");
    await linesOf(file);
    done = [];
    await file.sync();
    expect(done).toEqual(["datasync"]);
    await file.sync();
    expect(done).toEqual(["datasync"]);
    await appendFile(path, "more\n");
    await linesOf(file);
    await file.sync();
    expect(done).toEqual(["datasync", "datasync"]);
    await file.close();
  });

  it("gives each line its number and its place in bytes, across reads and cut lines", async () => {
    const path = await folder.fresh();
    const file = await LineFile.open(path);
    const read = async () => {
      const lines = [];
      for await (const some of file.next()) lines.push(...some);
      return lines.map(({ number, offset, bytes }) => [number, offset, bytes.toString()]);
    };
    await appendFile(path, "\né\n\nto");
    expect(await read()).toEqual([
      [1, 0, ""],
      [2, 1, "é"],
      [3, 4, ""],
    ]);
    await appendFile(path, "gether\nnext\n");
    expect(await read()).toEqual([
      [4, 5, "together"],
      [5, 14, "next"],
    ]);
    expect((await file.at(5, 8)).toString()).toBe("together");
    expect((await file.at(14, 100)).toString()).toBe("next\n");
    await file.close();
  });
});
