import * as files from "node:fs/promises";
import { mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@bnas/testing/contracts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TOUCH_AFTER_MS } from "../src/blob-store.js";
import { DirectoryStore } from "../src/directory-store.js";

// What another process does, or the disk, between two steps of a store: each step can be made to wait for it.
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof files>();
  return {
    ...real,
    open: vi.fn(real.open),
    rename: vi.fn(real.rename),
    rm: vi.fn(real.rm),
    stat: vi.fn(real.stat),
    utimes: vi.fn(real.utimes),
  };
});
const real = await vi.importActual<typeof files>("node:fs/promises");

const folder = temporaryFolder();
const bytes = Buffer.from("the bytes");
const refused = (code: string) => Object.assign(new Error(code), { code, syscall: "open" });

let root: string;
let store: DirectoryStore;
let sha256: string;
let path: string;
beforeEach(async () => {
  root = await folder.fresh();
  store = await DirectoryStore.open(root);
  sha256 = await store.put(bytes);
  path = join(root, sha256.slice(0, 2), sha256);
});
afterEach(() => {
  vi.useRealTimers();
  for (const step of [files.open, files.rename, files.rm, files.stat, files.utimes]) vi.mocked(step).mockReset();
  vi.restoreAllMocks();
});

const names = () => readdir(join(root, sha256.slice(0, 2)));

/** Let a file be written at a time, in whole milliseconds since 1970. */
const writtenAt = (path: string, ms: number) => real.utimes(path, new Date(ms), new Date(ms));
const NOON = Date.UTC(2026, 0, 1, 12);

/** Longer than any step takes that is not waited for. */
const aWhile = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

/** Partial files of a write or a removal that was cut off. */
const partial = async (place: string, ms = NOON): Promise<string> => {
  const made = join(root, place, `.${sha256}.11111111-1111-4111-8111-111111111111`);
  await mkdir(join(root, place), { recursive: true });
  await writeFile(made, "the");
  await writtenAt(made, ms);
  return made;
};

describe("DirectoryStore: a removal", () => {
  it("is of what was put until that time, to the millisecond, and leaves no file", async () => {
    await writtenAt(path, NOON);
    expect(await store.remove(sha256, NOON - 1)).toBe(false);
    expect(await names()).toEqual([sha256]);
    expect(await store.remove(sha256, NOON)).toBe(true);
    expect(await names()).toEqual([]);
  });

  it("puts a blob back that was touched after it had been found old", async () => {
    await writtenAt(path, NOON);
    vi.mocked(files.rename).mockImplementationOnce(async (from, to) => {
      await writtenAt(path, NOON + 1);
      await real.rename(from, to);
      vi.mocked(files.rename).mockImplementationOnce(async (...given) => {
        await aWhile();
        await real.rename(...given);
      });
    });
    expect(await store.remove(sha256, NOON)).toBe(false);
    expect(await names()).toEqual([sha256]);
    expect(Buffer.from(await store.get(sha256)).toString()).toBe("the bytes");
  });

  it("is false, and no fault, where another process removes the blob first", async () => {
    vi.mocked(files.rename).mockImplementationOnce(async (from, to) => {
      await real.rm(path);
      await real.rename(from, to);
    });
    expect(await store.remove(sha256, Number.POSITIVE_INFINITY)).toBe(false);
    expect(await names()).toEqual([]);
  });

  it("has removed the bytes when it resolves", async () => {
    vi.mocked(files.rm).mockImplementationOnce(async (...given) => {
      await aWhile();
      await real.rm(...given);
    });
    expect(await store.remove(sha256, Number.POSITIVE_INFINITY)).toBe(true);
    expect(await names()).toEqual([]);
  });

  it("that the disk refuses rejects", async () => {
    vi.mocked(files.rename).mockRejectedValueOnce(refused("EACCES"));
    await expect(store.remove(sha256, Number.POSITIVE_INFINITY)).rejects.toThrow("EACCES");
    vi.mocked(files.stat).mockRejectedValueOnce(refused("EACCES"));
    await expect(store.remove(sha256, Number.POSITIVE_INFINITY)).rejects.toThrow("EACCES");
    expect(await names()).toEqual([sha256]);
  });
});

describe("DirectoryStore: a put of bytes that are there", () => {
  it("counts as now when they were put ten minutes ago, and leaves the time of younger ones", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOON });
    await writtenAt(path, NOON - TOUCH_AFTER_MS + 1_000);
    await store.put(bytes);
    expect((await stat(path)).mtimeMs).toBe(NOON - TOUCH_AFTER_MS + 1_000);
    await writtenAt(path, NOON - TOUCH_AFTER_MS);
    await store.put(bytes);
    expect((await stat(path)).mtimeMs).toBe(NOON);
  });

  it("writes them where they are removed after it has read them, and where after it has seen how old they are", async () => {
    vi.mocked(files.stat).mockImplementationOnce(async () => {
      await real.rm(path);
      return real.stat(path);
    });
    await store.put(bytes);
    expect(Buffer.from(await store.get(sha256)).toString()).toBe("the bytes");
    await writtenAt(path, NOON);
    vi.mocked(files.utimes).mockImplementationOnce(async (...given) => {
      await real.rm(path);
      await real.utimes(...given);
    });
    await store.put(bytes);
    expect(Buffer.from(await store.get(sha256)).toString()).toBe("the bytes");
  });
});

describe("DirectoryStore: a write", () => {
  /** Every step that makes bytes safe, in its order. `failing`: the first of them that is refused. */
  const watch = (failing?: string): readonly string[] => {
    const seen: string[] = [];
    vi.mocked(files.open).mockImplementation(async (...given) => {
      const handle = await real.open(...given);
      for (const step of ["writeFile", "datasync", "sync", "close"] as const) {
        const done: (...given: never[]) => Promise<void> = handle[step].bind(handle);
        vi.spyOn(handle, step).mockImplementation(async (...given: unknown[]) => {
          seen.push(step);
          if (step !== failing || step === "close") await done(...(given as never[])); // As they came.
          if (step === failing) throw refused("EIO");
        });
      }
      return handle;
    });
    vi.mocked(files.rename).mockImplementation(async (...given) => {
      seen.push("rename");
      if (failing === "rename") throw refused("EIO");
      await real.rename(...given);
    });
    return seen;
  };
  const [inFolder, inRoot] = [
    ["sync", "close"],
    ["sync", "close"],
  ];

  it("syncs the bytes before they get their name, and the names before it resolves", async () => {
    await real.rm(join(root, sha256.slice(0, 2)), { recursive: true });
    const written = ["writeFile", "datasync", "close", "rename"];
    const steps = watch();
    await store.put(bytes);
    expect(steps).toEqual([...inRoot, ...written, ...inFolder]);
  });

  it("syncs the name also where another process has put the bytes, which may not have come so far", async () => {
    const steps = watch();
    await store.put(bytes);
    expect(steps).toEqual(inFolder);
  });

  it("leaves no partial file, no open file and no name where a step of it fails", async () => {
    for (const failing of ["writeFile", "datasync", "close", "rename"]) {
      await real.rm(path, { force: true });
      const steps = watch(failing);
      await expect(store.put(bytes)).rejects.toThrow("EIO");
      expect([steps.filter((step) => step === "close"), await names()]).toEqual([["close"], []]);
    }
  });

  it("that cannot even begin says why", async () => {
    await real.rm(path);
    vi.mocked(files.open).mockRejectedValueOnce(refused("EMFILE"));
    await expect(store.put(bytes)).rejects.toThrow("EMFILE");
    vi.mocked(files.open).mockRejectedValueOnce(refused("ENOSPC"));
    await expect(store.put(bytes)).rejects.toMatchObject({ code: "NO_ROOM", message: expect.stringContaining(root) });
  });
});

describe("DirectoryStore: a sweep", () => {
  it("is of what was left until that time, to the millisecond", async () => {
    const left = await partial(sha256.slice(0, 2));
    expect(await store.sweep(NOON - 1)).toBe(0);
    expect(await store.sweep(NOON)).toBe(1);
    await expect(stat(left)).rejects.toThrow("ENOENT");
    expect(await names()).toEqual([sha256]);
  });

  it("continues where another sweep takes a file first", async () => {
    const [one, two] = [await partial("01"), await partial("02")];
    vi.mocked(files.stat).mockImplementationOnce(async () => {
      await real.rm(one);
      return real.stat(one);
    });
    expect(await store.sweep(NOON)).toBe(1);
    await partial("02");
    vi.mocked(files.rm).mockImplementationOnce(async (...given) => {
      await real.rm(two);
      await real.rm(...given);
    });
    expect(await store.sweep(NOON)).toBe(1);
  });

  it("has removed what it counts when it resolves", async () => {
    const left = await partial("01");
    vi.mocked(files.rm).mockImplementationOnce(async (...given) => {
      await aWhile();
      await real.rm(...given);
    });
    expect(await store.sweep(NOON)).toBe(1);
    await expect(stat(left)).rejects.toThrow("ENOENT");
  });

  it("looks into folders of two digits alone, which other programs' folders and files are not", async () => {
    const others = await Promise.all(["abc", "0ab", "xy", "A0"].map((place) => partial(place)));
    const file = sha256.startsWith("ff") ? "fe" : "ff";
    await writeFile(join(root, file), "a file");
    expect(await store.sweep(NOON)).toBe(0);
    for (const other of others) expect((await stat(other)).size).toBe(3);
    await writeFile(join(root, "abc", sha256), "the bytes");
    expect(await listed()).toEqual([sha256]);
  });
});

const listed = async () => {
  const found: string[] = [];
  for await (const { sha256 } of store.list()) found.push(sha256);
  return found;
};

describe("DirectoryStore: its list", () => {
  it("has the time at which a blob was put", async () => {
    await writtenAt(path, NOON);
    for await (const blob of store.list()) expect(blob).toEqual({ sha256, bytes: 9, putAt: NOON });
  });

  it("has no folder, whatever its name, nor what is removed while it is read", async () => {
    const like = `${sha256.slice(0, 2)}${"0".repeat(62)}`;
    await mkdir(join(root, sha256.slice(0, 2), like));
    expect(await listed()).toEqual([sha256]);
    expect([await store.has(like), await store.has(sha256)]).toEqual([false, true]);
    vi.mocked(files.stat).mockRejectedValue(refused("ENOENT"));
    expect(await listed()).toEqual([]);
    vi.mocked(files.stat).mockRejectedValue(refused("EACCES"));
    await expect(listed()).rejects.toThrow("EACCES");
  });
});

describe("DirectoryStore: opening", () => {
  it("makes the folder where there is none, with those above it", async () => {
    store = await DirectoryStore.open(join(root, "a", "b"));
    expect(await listed()).toEqual([]);
    expect(await store.sweep(NOON)).toBe(0);
    expect(await store.put(bytes)).toBe(sha256);
  });
});

describe("DirectoryStore: a get", () => {
  it("that the disk refuses says so: the blob is not missing", async () => {
    await real.rm(path);
    await mkdir(path);
    await expect(store.get(sha256)).rejects.toThrow("EISDIR");
    await utimes(path, new Date(), new Date());
    await expect(store.put(bytes)).rejects.toThrow("EISDIR");
  });
});
