import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SearchServiceClient, SearchServiceDefinition, type SearchServiceImplementation } from "@bnas/proto";
import { createChannel, createClient } from "nice-grpc";
import { Metadata } from "nice-grpc-common";
import { HealthDefinition } from "nice-grpc-server-health";
import { ServerReflectionService } from "nice-grpc-server-reflection";
import reflection from "nice-grpc-server-reflection/lib/proto/grpc/reflection/v1/reflection_pb.js";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createLogger } from "../../telemetry/src/logging.js";
import { connect } from "../src/client.js";
import { type RpcServer, serveRpc } from "../src/server.js";
import { asService, checkAsService } from "../src/token-settings.js";
import { TokenFile } from "../src/tokens.js";

const folder = mkdtempSync(join(tmpdir(), "bnas-tokens-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const ada = "a".repeat(64);
const bob = "b".repeat(64);
const lines: string[] = [];
const logger = createLogger({ name: "test", level: "debug", to: { write: (line) => void lines.push(line) } });

let files = 0;
const file = (text: string): string => {
  files += 1;
  const path = join(folder, `tokens-${files}`);
  writeFileSync(path, text);
  return path;
};

const pathOf = `# who may call\nada ${ada}\n\nbob\t${bob}\n`;

const answer = { searches: [], nextPageToken: "" };
// What these tests do not call is not there: a call of it would fail the test.
const implementation = {
  listSearches: async () => answer,
  async *watchSearch() {
    yield { sequence: 1, subject: "bnas.search.x.opened", factJson: "{}" };
  },
  cancelSearch: async () => ({ searchId: "x" }),
} as unknown as SearchServiceImplementation;
for (const method of Object.keys(SearchServiceDefinition.methods)) {
  Object.assign(implementation, { [method]: Reflect.get(implementation, method) ?? (() => answer) });
}

const serve = async (tokenFile: string): Promise<RpcServer> => {
  const tokens = new TokenFile(tokenFile, logger);
  const services = [{ definition: SearchServiceDefinition, implementation }] as const;
  const server = await serveRpc({ listen: "127.0.0.1:0", services, tokens, logger });
  closing.push(() => server.drain(0));
  return server;
};

const clientWith = (server: RpcServer, token?: string): SearchServiceClient => {
  const tokenFile = token === undefined ? undefined : file(token);
  const { client, close } = connect(SearchServiceDefinition, server.address, { tokenFile });
  closing.push(close);
  return client;
};

describe("a service with a file of tokens", () => {
  it("answers a caller that shows one of them, unary calls and streams", async () => {
    const server = await serve(file(pathOf));
    for (const token of [ada, `bob ${bob}\n`]) {
      const client = clientWith(server, token);
      expect(await client.listSearches({})).toEqual(answer);
      const subjects: string[] = [];
      for await (const { subject } of client.watchSearch({ searchId: "x" })) subjects.push(subject);
      expect(subjects).toEqual(["bnas.search.x.opened"]);
    }
  });

  it.each(Object.entries(SearchServiceDefinition.methods))(
    "answers %s to no one without a token",
    async (name, method) => {
      const server = await serve(file(pathOf));
      const client = clientWith(server);
      const ask = async () => {
        // Every method takes an empty request; which of them is asked is known here only by its name.
        const answers = Reflect.get(client, name).call(client, {});
        if (method.responseStream) for await (const _ of answers);
        else await answers;
      };
      await expect(ask()).rejects.toMatchObject({
        code: "UNAUTHENTICATED",
        message: expect.stringContaining("needs a token"),
        hint: expect.stringContaining("tokenFile"),
      });
    },
  );

  it.each([
    ["another token", "c".repeat(64)],
    ["a part of a token", ada.slice(0, 63)],
    ["a token and more", `${ada}a`],
    ["a token of empty space", "-"],
  ])("does not take %s", async (_, token) => {
    const server = await serve(file(pathOf));
    await expect(clientWith(server, token).listSearches({})).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
      message: expect.stringContaining("not known here"),
    });
  });

  it.each(["Basic", "bearer-ish", ""])("does not take a token that is called %j", async (scheme) => {
    const server = await serve(file(pathOf));
    const metadata = Metadata({ authorization: `${scheme} ${ada}`.trim() });
    await expect(clientWith(server).listSearches({}, { metadata })).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });

  it("tells health and reflection to every client", async () => {
    const server = await serve(file(pathOf));
    const channel = createChannel(server.address);
    closing.push(() => channel.close());
    const { status } = await createClient(HealthDefinition, channel).check({ service: "bnas.v1.SearchService" });
    expect(status).toBe(1);
    const request = new reflection.ServerReflectionRequest();
    request.setListServices("");
    const ask = async function* () {
      yield request;
    };
    for await (const response of createClient(ServerReflectionService, channel).serverReflectionInfo(ask())) {
      expect(JSON.stringify(response.toObject())).toContain("bnas.v1.SearchService");
      break;
    }
  });

  it("takes new tokens and drops old ones without being started again", async () => {
    const path = file(pathOf);
    const server = await serve(path);
    const client = clientWith(server, ada);
    await client.listSearches({});
    const next = "d".repeat(80);
    writeFileSync(path, `dora ${next}\n`);
    await expect(client.listSearches({})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await clientWith(server, next).listSearches({})).toEqual(answer);
  });

  it("keeps the old tokens while the new ones cannot be read, and says so", async () => {
    const path = file(pathOf);
    const client = clientWith(await serve(path), ada);
    lines.length = 0;
    writeFileSync(path, "ada\n");
    expect(await client.listSearches({})).toEqual(answer);
    expect(lines.join("")).toMatch(/the old ones stay/);
    expect(lines.join("")).toMatch(/line 1/);
  });

  it("writes into the log who changed something, and that plain text gives tokens away", async () => {
    lines.length = 0;
    const client = clientWith(await serve(file(pathOf)), bob);
    await client.cancelSearch({ searchId: "x" });
    const events = lines.map((line) => JSON.parse(line));
    expect(events).toContainEqual(expect.objectContaining({ level: "warn", service: "bnas.v1.SearchService" }));
    expect(events).toContainEqual(
      expect.objectContaining({ level: "info", caller: "bob", method: "/bnas.v1.SearchService/CancelSearch" }),
    );
  });
});

describe("a client with a file of a token", () => {
  it("uses the token that is in the file when it calls", async () => {
    const server = await serve(file(pathOf));
    const tokenFile = file("x".repeat(20));
    const { client, close } = connect(SearchServiceDefinition, server.address, { tokenFile });
    closing.push(close);
    await expect(client.listSearches({})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    writeFileSync(tokenFile, bob);
    expect(await client.listSearches({})).toEqual(answer);
  });

  it.each([
    ["nothing", ""],
    ["two lines", pathOf],
    ["more words than a name and a token", `ada ${ada} more`],
  ])("refuses a file with %s", (_, text) => {
    const path = file(text);
    const open = () => connect(SearchServiceDefinition, "localhost:1", { tokenFile: path });
    expect(open).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(open).toThrow(path);
  });
});

describe("a service that calls another one", () => {
  const asked = async (server: RpcServer, settings: { readonly clientTokenFile?: string }) => {
    const { client, close } = connect(SearchServiceDefinition, server.address, asService(settings));
    closing.push(close);
    return client.cancelSearch({ searchId: "x" });
  };

  it("shows the token of clientTokenFile", async () => {
    const server = await serve(file(pathOf));
    expect(await asked(server, { clientTokenFile: file(`bob ${bob}`) })).toMatchObject({ searchId: "x" });
  });

  it.each([
    ["without a token", {}],
    ["with a token that is not known there", { clientTokenFile: file("c".repeat(64)) }],
  ])("%s finds the service unavailable, since no work is at fault, and hears what to compare", async (_, settings) => {
    const server = await serve(file(pathOf));
    await expect(asked(server, settings)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("does not let another one in"),
      hint: expect.stringMatching(/clientTokenFile.*tokenFile/),
    });
  });

  it("does not start on a file that it cannot use, and says which setting names it", () => {
    const check = (clientTokenFile: string) => () => checkAsService({ clientTokenFile }, logger);
    expect(check(join(folder, "nowhere"))).toThrow(expect.objectContaining({ field: "clientTokenFile" }));
    expect(check(file(pathOf))).toThrow(expect.objectContaining({ field: "clientTokenFile" }));
  });

  it("says so when every user of the machine can read its token", () => {
    const path = file(ada);
    const warned = (mode: number): boolean => {
      chmodSync(path, mode);
      lines.length = 0;
      checkAsService({ clientTokenFile: path }, logger);
      return lines.some((line) => /"level":"warn".*mode 644.*chmod 600/.test(line));
    };
    expect([0o644, 0o600].map(warned)).toEqual([true, false]);
  });
});

describe("a file of tokens", () => {
  it("that every user of the machine can read is taken, with a warning in the log; one for the owner and a group without", () => {
    const path = file(`ada ${ada}\n`);
    const warned = (mode: number): boolean => {
      chmodSync(path, mode);
      lines.length = 0;
      new TokenFile(path, logger);
      return lines.some((line) => /"level":"warn".*mode 644.*chmod 600/.test(line));
    };
    expect([0o644, 0o640, 0o600].map(warned)).toEqual([true, false, false]);
  });

  it.each([
    ["a file that is not there", undefined, /ENOENT/],
    ["no token", "# no one\n", /at least one line/],
    ["a name without a token", `ada ${ada}\nbob\n`, /line 2/],
    ["a token that is short", "ada hunter2\n", /at least 16 characters/],
    ["words too many", `ada ${ada} ${bob}\n`, /line 1/],
  ])("is refused with %s, and no token is shown", (_, text, message) => {
    const path = text === undefined ? join(folder, "nowhere") : file(text);
    const open = () => new TokenFile(path, logger);
    expect(open).toThrow(message);
    expect(open).not.toThrow(/aaaa|bbbb|hunter2/);
  });
});

it("writes no token into the log", () => {
  expect(lines.join("")).not.toMatch(/aaaa|bbbb|cccc|dddd|hunter2/);
});
