import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { control, evaluating, trained } from "@bnas/testing";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createLogger, type Logger } from "../../telemetry/src/logging.js";
import { ObjectStore } from "../src/objects/object-store.js";
import { type JetStream, openJetStream } from "../src/open-jetstream.js";
import { natsServer } from "./nats-server.js";

/** One user a right that it lacks. */
const denied = {
  append: '"bnas.search.>"',
  info: '"$JS.API.STREAM.INFO.>"',
  get: '"$JS.API.STREAM.MSG.GET.>"',
  batch: '"$JS.API.DIRECT.GET.>"',
  create: '"$JS.API.CONSUMER.CREATE.>"',
  durable: '"$JS.API.CONSUMER.DURABLE.CREATE.>"',
  next: '"$JS.API.CONSUMER.MSG.NEXT.>"',
  chunk: '"$O.*.C.>"',
};
type User = keyof typeof denied;
const users = Object.entries(denied).map(
  ([user, subject]) => `{ user: ${user}, password: secret, permissions: { publish: { deny: ${subject} } } }`,
);
const nats = natsServer(`
  no_auth_user: admin
  accounts { BNAS { jetstream: enabled, users: [
    { user: admin, password: secret }
    { user: deaf, password: secret, permissions: { subscribe: { deny: "_INBOX.>" } } }
    ${users.join("\n")}
  ] } }`);

const folder = mkdtempSync(join(tmpdir(), "bnas-"));
const credentialsOf = (user: string): string => {
  const path = join(folder, user);
  writeFileSync(path, `# ${user} of the test\n${user} secret\n`);
  return path;
};

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
const logOf = async (user: User, logger?: Logger): Promise<JetStream> => {
  const options = logger === undefined ? {} : { logger };
  const log = await openJetStream({
    servers: [nats.address],
    credentialsFile: credentialsOf(user),
    ...options,
  });
  opened.push(log.log);
  return log;
};
const refusal = {
  code: "PERMISSION_DENIED",
  hint: expect.stringContaining("docs/security.md"),
};

beforeAll(async () => {
  const admin = await openJetStream({ servers: [nats.address] });
  await admin.log.append(trained(1));
  await admin.log.close();
}, 120_000);

/** None waits for an answer that will not come: the shortest of those waits is three seconds. */
const soon = { timeout: 2_500 };

describe("a log on NATS whose user lacks a right", () => {
  it(
    "refuses an append with PERMISSION_DENIED, what was to be done and where the permissions are listed",
    soon,
    async () => {
      const log = await logOf("append");
      await expect(log.log.append(control(1))).rejects.toMatchObject(refusal);
      await expect(log.log.append(control(1))).rejects.toThrow(
        "append bnas.search.s.control.1: Permissions Violation for Pub",
      );
    },
  );

  it("does not open when the stream may not be looked at", soon, async () => {
    await expect(logOf("info")).rejects.toMatchObject(refusal);
  });

  it("refuses to read one fact, or all", soon, async () => {
    const [one, all] = [await logOf("get"), await logOf("batch")];
    await expect(one.log.read(trained(1).subject)).rejects.toMatchObject(refusal);
    await expect(all.log.read(">")).rejects.toMatchObject(refusal);
  });

  it("ends a watch, whether it may make no consumer or ask it for nothing", soon, async () => {
    for (const user of ["create", "next"] as const) {
      const log = await logOf(user);
      const watch = log.log.watch("bnas.search.>", { signal: new AbortController().signal })[Symbol.asyncIterator]();
      await expect(watch.next()).rejects.toMatchObject(refusal);
    }
  });

  it("ends work, whether it may make no consumer or ask it for nothing", soon, async () => {
    for (const user of ["durable", "next"] as const) {
      const log = await logOf(user);
      const work = log.jobs.work(evaluating({ handle: async () => {} }), new AbortController().signal);
      await expect(work).rejects.toMatchObject(refusal);
    }
  });

  it("does not open for a user that may hear no answer", soon, async () => {
    const open = openJetStream({ servers: [nats.address], credentialsFile: credentialsOf("deaf") });
    await expect(open).rejects.toMatchObject(refusal);
  });

  it("tells the logger of each subject once", soon, async () => {
    const logged: { event: string; subject: string }[] = [];
    const logger = createLogger({ name: "t", level: "error", to: { write: (line) => logged.push(JSON.parse(line)) } });
    const log = await logOf("append", logger);
    for (const number of [1, 1, 2]) await log.log.append(control(number)).catch(() => {});
    expect(logged.map(({ subject }) => subject)).toEqual([control(1).subject, control(2).subject]);
  });
});

describe("a store on NATS whose user lacks a right", () => {
  it("refuses a put", soon, async () => {
    const store = await ObjectStore.open({ servers: [nats.address], credentialsFile: credentialsOf("chunk") });
    opened.push(store);
    await expect(store.put(Buffer.from("bytes"))).rejects.toMatchObject(refusal);
    expect(await store.has("0".repeat(64))).toBe(false);
  });
});
