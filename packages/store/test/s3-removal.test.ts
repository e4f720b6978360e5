import { setTimeout as sleep } from "node:timers/promises";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { S3Link } from "../src/s3/s3-link.js";
import { S3Removals } from "../src/s3/s3-removal.js";
import { answerOf, BucketInMemory } from "./bucket-in-memory.js";
import { VirtualTime } from "./virtual-time.js";

vi.mock("node:timers/promises", async (original) => {
  const real = await original<{ setTimeout: typeof sleep }>();
  return { ...real, setTimeout: vi.fn(real.setTimeout) };
});

const [one, other] = ["a".repeat(64), "b".repeat(64)];
const UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

let bucket: BucketInMemory;
let time: VirtualTime;
let removals: S3Removals;
beforeEach(() => {
  bucket = new BucketInMemory();
  bucket.serve();
  time = new VirtualTime();
  // (A sleep of 0 is the network's.)
  const passing: typeof time.sleep = (ms, ...rest) => (ms === 0 ? Promise.resolve() : time.sleep(ms, ...rest));
  vi.mocked(sleep).mockImplementation(passing as typeof sleep); // No one here uses what a sleep gives.
  const address = { bucket: "blobs", prefix: "mesh", endpoint: "http://s3:9000", pathStyle: true };
  removals = new S3Removals(new S3Link(address), "mesh/");
});
afterEach(() => {
  vi.mocked(sleep).mockReset();
  vi.restoreAllMocks();
});

const marks = () => [...bucket.objects.keys()];
const mark = (sha256: string, name = "killed") => `mesh/.removing/${sha256}/${name}`;

describe("a removal under a mark", () => {
  it("is announced by an empty object of its own before it is done, which is gone after it", async () => {
    const seen: string[] = [];
    const act = async () => {
      seen.push(...marks());
      return "done";
    };
    expect(await removals.during(one, act)).toBe("done");
    expect(await removals.during(one, act)).toBe("done");
    expect(seen).toEqual([0, 1].map(() => expect.stringMatching(new RegExp(`^mesh/\\.removing/${one}/${UUID}$`))));
    expect(seen[0]).not.toBe(seen[1]);
    expect(bucket.puts.map(({ Bucket, Body }) => [Bucket, Body])).toEqual(
      [0, 1].map(() => ["blobs", new Uint8Array()]),
    );
    expect(marks()).toEqual([]);
  });

  it("has no mark any more when it resolves or rejects, whatever it was", async () => {
    await expect(removals.during(one, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(marks()).toEqual([]);
  });

  it("is not done when it cannot be announced", async () => {
    const act = vi.fn(async () => {});
    bucket.before = () => {
      throw answerOf("AccessDenied", 403);
    };
    await expect(removals.during(one, act)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringContaining(`announce the removal of ${one}`),
    });
    expect(act).not.toHaveBeenCalled();
  });

  it("is late after 30 s, counted from before its mark was written: those who put wait longer than that", async () => {
    time.now = 1_000;
    bucket.before = () => {
      time.now += 10_000;
    };
    await removals.during(one, async (late) => {
      expect(late()).toBe(false);
      time.now = 31_000;
      expect(late()).toBe(false);
      time.now = 31_001;
      expect(late()).toBe(true);
    });
  });
});

describe("waiting for the removals of a blob", () => {
  it("is not needed where there is none, or only those of other blobs", async () => {
    bucket.place(mark(other), "");
    await removals.over(one);
    expect(time.sleeps).toEqual([]);
  });

  it("looks twenty times a second until the last mark is gone", async () => {
    bucket.place(mark(one, "first"), "");
    bucket.place(mark(one, "second"), "");
    time.after = () => {
      if (time.now === 100) bucket.objects.delete(mark(one, "first"));
      if (time.now === 200) bucket.objects.delete(mark(one, "second"));
    };
    await removals.over(one);
    expect(time.sleeps).toEqual([50, 50, 50, 50]);
  });

  it("ends after two minutes: the mark is of a process that was killed", async () => {
    bucket.place(mark(one), "");
    await removals.over(one);
    expect(time.now).toBe(120_050);
    expect(marks()).toEqual([mark(one)]);
  });
});

describe("a sweep of marks", () => {
  it("takes back those that were written until a time, of all blobs and from every page, and says how many", async () => {
    const then = bucket.now;
    for (let i = 0; i < 7; i++) bucket.place(mark(i % 2 === 0 ? one : other, `killed-${i}`), "", then - 5 + i);
    bucket.place("mesh/aa/blob", "no mark", 0);
    bucket.place("mesh2/.removing/mark", "of another store", 0);
    bucket.pageLength = 3;
    expect(await removals.sweep(then - 6)).toBe(0);
    expect(marks()).toHaveLength(9);
    expect(await removals.sweep(then)).toBe(6);
    expect(marks()).toEqual([mark(one, "killed-6"), "mesh/aa/blob", "mesh2/.removing/mark"]);
    expect(await removals.sweep(then + 1)).toBe(1);
  });

  it("goes through all pages, and asks for no page after the last", async () => {
    for (let i = 0; i < 7; i++) bucket.place(mark(one, `young-${i}`), "");
    bucket.pageLength = 3;
    expect(await removals.sweep(0)).toBe(0);
    expect(bucket.asked).toEqual(["List", "List", "List"]);
  });

  it("asks once where there is nothing", async () => {
    expect(await removals.sweep(bucket.now)).toBe(0);
    expect(bucket.asked).toEqual(["List"]);
  });

  it("leaves a mark whose time the server does not tell, and asks what it removes by its name", async () => {
    bucket.place(mark(one), "", Number.NaN);
    expect(await removals.sweep(Number.POSITIVE_INFINITY)).toBe(0);
    bucket.place(mark(other), "");
    bucket.before = (command) => {
      if (!(command instanceof ListObjectsV2Command)) throw answerOf("AccessDenied", 403);
    };
    await expect(removals.sweep(Number.POSITIVE_INFINITY)).rejects.toThrow(`remove ${mark(other)}`);
  });
});
