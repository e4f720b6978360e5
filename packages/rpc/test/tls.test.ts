import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import { DatasetServiceDefinition, type DatasetServiceImplementation, DescribeDatasetResponse } from "@bnas/proto";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createLogger } from "../../telemetry/src/logging.js";
import type { ServerTls } from "../../tls/src/tls.js";
import { type Certificate, certificateMaker } from "../../tls/test/certificates.js";
import { type ConnectOptions, connect } from "../src/client.js";
import { type RpcServer, serveRpc } from "../src/server.js";

const folder = mkdtempSync(join(tmpdir(), "bnas-tls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const make = certificateMaker(folder);
const ours = make.authority("our-authority");
const theirs = make.authority("their-authority");
const server = make.signed("server", ours, "localhost");
const client = make.signed("client", ours);
const stranger = make.signed("stranger", theirs);

const implementation: DatasetServiceImplementation = {
  describeDataset: async () => DescribeDatasetResponse.create({ classes: ["cat"] }),
  async *streamBatches() {
    yield { index: 0, count: 1, pixels: Buffer.alloc(4), labels: [0] };
  },
};

const serverOf = ({ cert, key }: Certificate, more: Partial<ServerTls> = {}): ServerTls => ({
  certFile: cert,
  keyFile: key,
  ...more,
});

const lines: string[] = [];
const logger = createLogger({ name: "test", level: "debug", to: { write: (line) => void lines.push(line) } });

const serve = async (tls?: ServerTls): Promise<RpcServer> => {
  const services = [{ definition: DatasetServiceDefinition, implementation }] as const;
  const running = await serveRpc({ listen: "127.0.0.1:0", services, tls, logger });
  closing.push(() => running.drain(0));
  return running;
};

/** Call by a stream, which is not tried again: a fault of the connection is reported at once. */
const call = async ({ port }: RpcServer, options: ConnectOptions = {}): Promise<number> => {
  const { client, close } = connect(DatasetServiceDefinition, `localhost:${port}`, options);
  closing.push(close);
  let batches = 0;
  for await (const { count } of client.streamBatches({})) batches += count;
  return batches;
};

const trust = { caFile: ours.cert };
const asClient = ({ cert, key }: Certificate) => ({ ...trust, certFile: cert, keyFile: key });

describe("a server with a certificate", () => {
  it("answers clients that trust who signed it, unary calls and streams", async () => {
    const running = await serve(serverOf(server));
    expect(await call(running, { tls: trust })).toBe(1);
    const { client: connected, close } = connect(DatasetServiceDefinition, `localhost:${running.port}`, { tls: trust });
    closing.push(close);
    expect((await connected.describeDataset({})).classes).toEqual(["cat"]);
  });

  it("does not answer in plain text, and the caller gets what to do", async () => {
    const running = await serve(serverOf(server));
    await expect(call(running)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("it may take TLS alone"),
      hint: expect.stringContaining("tlsCa"),
    });
  });

  it("is not believed by clients that trust another authority", async () => {
    const running = await serve(serverOf(server));
    await expect(call(running, { tls: { caFile: theirs.cert } })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("signed by no one in tlsCa"),
    });
  });

  it("is not believed when the certificate is for another host", async () => {
    const running = await serve(serverOf(make.signed("elsewhere", ours, "elsewhere.example")));
    await expect(call(running, { tls: trust })).rejects.toThrow(/for another host/);
  });

  it("is believed through a tunnel when its certificate has the name that it is called by, and not otherwise", async () => {
    const { port } = await serve(serverOf(server));
    const through = async (serverName: string) => {
      const tunnel = connect(DatasetServiceDefinition, `127.0.0.1:${port}`, { tls: trust, serverName });
      closing.push(tunnel.close);
      for await (const { count } of tunnel.client.streamBatches({})) return count;
    };
    expect(await through("localhost")).toBe(1);
    await expect(through("bnas-pruner.bnas")).rejects.toThrow(/another host|certificate/);
  });

  it("asks no certificate of its clients", async () => {
    const running = await serve(serverOf(server));
    expect(await call(running, { tls: asClient(client) })).toBe(1);
  });
});

describe("a server in plain text", () => {
  it("is not called by a client of TLS", async () => {
    await expect(call(await serve(), { tls: trust })).rejects.toThrow(/does not speak TLS/);
  });
});

describe("mutual TLS", () => {
  it("answers clients whose certificate one of tlsClientCa has signed", async () => {
    const running = await serve(serverOf(server, { clientCaFile: ours.cert }));
    expect(await call(running, { tls: asClient(client) })).toBe(1);
  });

  it("does not answer a client without a certificate", async () => {
    const running = await serve(serverOf(server, { clientCaFile: ours.cert }));
    await expect(call(running, { tls: trust })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      hint: expect.stringContaining("tlsClientCert"),
    });
  });

  it("does not answer a client whose certificate someone else has signed", async () => {
    const running = await serve(serverOf(server, { clientCaFile: ours.cert }));
    await expect(call(running, { tls: asClient(stranger) })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      hint: expect.stringContaining("tlsClientCa"),
    });
  });
});

describe("files that cannot be used", () => {
  const text = join(folder, "text");
  writeFileSync(text, "the secret recipe");
  const locked = make.locked("locked");
  const refusal = async (tls: ServerTls): Promise<InvalidInput> => {
    const error = await serve(tls).catch((error: unknown) => error);
    if (isInvalidInput(error)) return error;
    throw new Error(`not refused: ${error}`);
  };

  it.each([
    ["a certificate that is not there", { certFile: join(folder, "nowhere") }, "tlsCert", join(folder, "nowhere")],
    ["a key that is not there", { keyFile: join(folder, "nowhere") }, "tlsKey", join(folder, "nowhere")],
    ["a certificate that is none", { certFile: text }, "tlsCert", text],
    ["a key that is none", { keyFile: text }, "tlsKey", text],
    ["a key with a pass phrase", { keyFile: locked }, "tlsKey", locked],
    ["the key of another certificate", { keyFile: client.key }, "tlsKey", client.key],
    ["authorities that are none", { clientCaFile: text }, "tlsClientCa", text],
  ])("stop the start by naming the setting and the file: %s", async (_, wrong, field, value) => {
    const refused = await refusal({ ...serverOf(server), ...wrong });
    expect(refused).toMatchObject({ field, value });
    expect(refused.message).not.toContain("secret recipe");
  });

  it("stop a client too, before it calls", () => {
    const open = (tls: ConnectOptions["tls"]) => () => connect(DatasetServiceDefinition, "localhost:1", { tls });
    expect(open({ caFile: text })).toThrow(/tlsCa: .*text/);
    expect(open({ ...trust, certFile: client.cert, keyFile: stranger.key })).toThrow(/tlsClientKey: .*stranger/);
  });
});

describe("certificates that are replaced while a server runs", () => {
  const replaced = (name: string): Certificate => {
    const pair = { cert: join(folder, `${name}.cert`), key: join(folder, `${name}.secret`) };
    copyFileSync(server.cert, pair.cert);
    copyFileSync(server.key, pair.key);
    return pair;
  };
  const put = (from: string, to: string) => {
    copyFileSync(from, `${to}.new`);
    renameSync(`${to}.new`, to);
  };
  const untilLogged = async (event: string) => {
    while (!lines.some((line) => line.includes(event))) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it("are shown to new connections", async () => {
    lines.length = 0;
    const pair = replaced("renewed");
    const running = await serve(serverOf(pair, { lookEveryMs: 5 }));
    expect(await call(running, { tls: trust })).toBe(1);
    const next = make.signed("next", theirs, "localhost");
    put(next.key, pair.key);
    put(next.cert, pair.cert);
    await untilLogged("certificates were replaced");
    expect(await call(running, { tls: { caFile: theirs.cert } })).toBe(1);
    await expect(call(running, { tls: trust })).rejects.toThrow(/signed by no one/);
  });

  it("are not used while they do not fit together: the old ones stay, and the log says why", async () => {
    lines.length = 0;
    const pair = replaced("half");
    const running = await serve(serverOf(pair, { lookEveryMs: 5 }));
    put(stranger.key, pair.key);
    await untilLogged("the old ones stay");
    expect(await call(running, { tls: trust })).toBe(1);
    rmSync(pair.cert);
    expect(await call(running, { tls: trust })).toBe(1);
  });
});

it("writes nothing of a key into the log", () => {
  expect(lines.join("")).not.toMatch(/PRIVATE KEY|MHc|MIG/);
});
