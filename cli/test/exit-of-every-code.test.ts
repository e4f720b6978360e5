import { CODE_NAMES, type Code, EXIT, type ExitCode, isBnasError } from "@bnas/errors";
import { startThread } from "@bnas/process";
import { type SearchServiceClient, SearchServiceDefinition, type SearchServiceImplementation } from "@bnas/proto";
import { connect, serveRpc } from "@bnas/rpc";
import { silentRecorder } from "@bnas/telemetry";
import { type Channel, createChannel, createClientFactory } from "nice-grpc";
import { type ClientError, Status } from "nice-grpc-common";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askMesh } from "../src/reach/reach-mesh.js";
import { printError } from "../src/terminal/print-error.js";
import type { Surroundings } from "../src/terminal/surroundings.js";
import { errorOf } from "./every-error.js";

/** What the README promises, and what callers in any language see. Written down here, not taken from the table. */
const PROMISED: Readonly<Record<Code, readonly [status: string, exit: number]>> = {
  INVALID_INPUT: ["INVALID_ARGUMENT", 2],
  NOT_FOUND: ["NOT_FOUND", 2],
  ALREADY_EXISTS: ["ALREADY_EXISTS", 2],
  FAILED_PRECONDITION: ["FAILED_PRECONDITION", 2],
  UNAUTHENTICATED: ["UNAUTHENTICATED", 2],
  PERMISSION_DENIED: ["PERMISSION_DENIED", 2],
  UNIMPLEMENTED: ["UNIMPLEMENTED", 2],
  ENGINE_MISSING: ["FAILED_PRECONDITION", 2],
  BLOB_MISSING: ["NOT_FOUND", 4],
  BLOB_ALTERED: ["DATA_LOSS", 4],
  FACTS_DAMAGED: ["DATA_LOSS", 4],
  DATA_LOSS: ["DATA_LOSS", 4],
  UNAVAILABLE: ["UNAVAILABLE", 5],
  NO_ROOM: ["RESOURCE_EXHAUSTED", 5],
  RETRY: ["UNAVAILABLE", 5],
  DEADLINE_EXCEEDED: ["DEADLINE_EXCEEDED", 5],
  RESOURCE_EXHAUSTED: ["RESOURCE_EXHAUSTED", 5],
  ABORTED: ["ABORTED", 5],
  SUBJECT_TAKEN: ["ABORTED", 5],
  CANCELLED: ["CANCELLED", 130],
  LOG_CLOSED: ["INTERNAL", 1],
  INTERNAL: ["INTERNAL", 1],
};

/** Codes of which the command line says in its own words what a person does next. */
const REWORDED: readonly Code[] = ["UNAUTHENTICATED", "UNIMPLEMENTED", "DEADLINE_EXCEEDED"];

const thread = startThread<{ throw(what: string): Promise<never> }>(
  new URL("./thread-that-throws.mjs", import.meta.url),
  undefined,
);
const { signal } = new AbortController();

/** A search service whose every answer is the error that the id of the request names, thrown here or by the thread. */
const refuse = async (id: string): Promise<never> => {
  const [where, what = ""] = id.split(" ");
  if (where === "thread") return thread.call("throw", what, { signal });
  throw what === "bug" ? new TypeError("secret is not a function") : errorOf(what as Code);
};
const notAsked = async (): Promise<never> => {
  throw new Error("only the stream is asked: calls with one answer are tried again for seconds where no one answers");
};
const implementation: SearchServiceImplementation = {
  async *watchSearch({ searchId }) {
    yield await refuse(searchId);
  },
  createSearch: notAsked,
  getSearch: notAsked,
  listSearches: notAsked,
  cancelSearch: notAsked,
  pauseSearch: notAsked,
  resumeSearch: notAsked,
  deleteSearch: notAsked,
  getArchitecture: notAsked,
  getLedger: notAsked,
  getUsage: notAsked,
  listQuarantined: notAsked,
  dropQuarantined: notAsked,
  listArtifacts: notAsked,
  async *getArtifact() {
    yield await notAsked();
  },
};

const watch = async (client: SearchServiceClient, searchId: string): Promise<ExitCode> => {
  for await (const _ of client.watchSearch({ searchId })) throw new Error("it answered");
  return EXIT.done;
};

let server: Awaited<ReturnType<typeof serveRpc>>;
let ours: ReturnType<typeof connect<typeof SearchServiceDefinition>>;
let channel: Channel;
beforeAll(async () => {
  server = await serveRpc({
    listen: "127.0.0.1:0",
    services: [{ definition: SearchServiceDefinition, implementation }],
  });
  ours = connect(SearchServiceDefinition, server.address);
  channel = createChannel(server.address);
});
afterAll(async () => {
  ours.close();
  channel.close();
  await server.drain(0);
  await thread.close();
});

/** A command that asks that service: how it ends, and what it says. */
const bnas = async (searchId: string): Promise<{ readonly exit: number; readonly said: string }> => {
  const lines: string[] = [];
  const terminal: Surroundings = {
    recorder: silentRecorder,
    env: {},
    out: () => {},
    note: (line) => lines.push(line),
    status: undefined,
    interrupted: signal,
    takeInterrupts: () => {},
    outliveReader: () => {},
    flushed: async () => {},
  };
  const command = askMesh({ server: server.address }, terminal, ({ client }) => watch(client, searchId));
  const exit = await command.catch((error) => printError(error, false, terminal));
  return { exit, said: lines.join("\n") };
};

describe.each(["service", "thread"])("an error of a %s", (where) => {
  it.each(CODE_NAMES)(
    "of code %s has the promised status, reaches a client as it was thrown, and ends bnas",
    async (code) => {
      const searchId = `${where} ${code}`;
      const [status, exit] = PROMISED[code];
      const { path, value, allowed, hint, message, delayMs } = errorOf(code);

      const anyClient: SearchServiceClient = createClientFactory().create(SearchServiceDefinition, channel);
      const seen = await watch(anyClient, searchId).catch((error: ClientError) => Status[error.code]);
      expect(seen).toBe(status);

      const thrown = await watch(ours.client, searchId).catch((error: unknown) => error);
      expect(thrown).toSatisfy(isBnasError);
      expect(thrown).toMatchObject({ code, path, value, allowed, hint, message, delayMs });

      const ended = await bnas(searchId);
      expect(ended.exit).toBe(exit);
      expect(ended.said).toMatch(/^bnas: ./);
      if (!REWORDED.includes(code)) for (const part of [message, hint]) expect(ended.said).toContain(part);
      expect(ended.said.includes("This is a fault of bnas")).toBe(exit === 1);
    },
  );

  it("that no one foresaw is a fault of bnas, of which callers learn nothing", async () => {
    const { exit, said } = await bnas(`${where} bug`);
    expect(exit).toBe(1);
    expect(said).toMatch(/^bnas: .*the log of the service has the reason\nThis is a fault of bnas/);
    expect(said).not.toContain("secret");
  });
});

it("of a thread whose disk is full ends with 5", async () => {
  expect(await bnas("thread fullDisk")).toMatchObject({
    exit: 5,
    said: expect.stringMatching(/no space left.*Make room/),
  });
});
