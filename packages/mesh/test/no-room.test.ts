import { existsSync } from "node:fs";
import { asNoRoom } from "@bnas/errors";
import { record } from "@bnas/search";
import { JetStreamApiError } from "@nats-io/jetstream";
import { describe, expect, it } from "vitest";
import { defaultRetryPolicy, retryDelay } from "../../jobs/src/retry.js";
import { FileLog } from "../../log/src/file-log.js";
import { refusedByNats } from "../../nats/src/link/nats-failure.js";

const systemError = (code: string): Error => Object.assign(new Error(`${code}: write`), { code, syscall: "write" });

const fromNats = (err_code: number, description: string): unknown =>
  refusedByNats("put blob", "nats://a:4222", new JetStreamApiError({ code: 500, err_code, description }));

describe("a full disk", () => {
  it("is distinguished from other errors of the system, with what to do", () => {
    expect(asNoRoom(systemError("ENOSPC"), "the store /blobs")).toMatchObject({
      code: "NO_ROOM",
      message: "the store /blobs: its disk is full",
      hint: expect.stringContaining("Make room"),
    });
    expect(asNoRoom(systemError("EDQUOT"), "the store /blobs")).toMatchObject({ code: "NO_ROOM" });
    const other = systemError("EACCES");
    expect(asNoRoom(other, "the store /blobs")).toBe(other);
  });

  it("never ends a job: it is tried again until there is room", () => {
    const full = asNoRoom(systemError("ENOSPC"), "the store /blobs");
    for (const attempts of [1, 10, 1000]) expect(retryDelay(full, attempts, defaultRetryPolicy)).toBeGreaterThan(0);
  });

  it("is known in what NATS says, by the number or by the system's words", () => {
    const full = "write /data/1.blk: no space left on device";
    expect(fromNats(10051, full)).toMatchObject({ code: "NO_ROOM" });
    expect(fromNats(10077, "maximum bytes exceeded")).toMatchObject({ code: "NO_ROOM" });
    expect(fromNats(10047, "insufficient storage resources available")).toMatchObject({ code: "NO_ROOM" });
    // A message that is too long will be so tomorrow.
    expect(fromNats(10054, "message size exceeds maximum allowed")).not.toMatchObject({ code: "NO_ROOM" });
    expect(fromNats(10051, "general stream failure")).not.toMatchObject({ code: "NO_ROOM" });
  });

  it.skipIf(!existsSync("/dev/full"))(
    "is what a log says that a full device refuses (where there is /dev/full)",
    async () => {
      const log = await FileLog.open("/dev/full");
      const fact = record("s", { kind: "search.paused", control: 1 }, "pruner", "2026-01-02T03:04:05.000Z");
      await expect(log.append(fact)).rejects.toMatchObject({ code: "NO_ROOM" });
      await log.close();
    },
  );
});
