import { fault, invalidInput, setting, text } from "@bnas/errors";
import {
  DatasetServiceDefinition,
  type DatasetServiceImplementation,
  DescribeDatasetRequest,
  DescribeDatasetResponse,
} from "@bnas/proto";
import { createChannel, createClientFactory } from "nice-grpc";
import { ClientError, type Metadata, ServerError, Status } from "nice-grpc-common";
import { BadRequest, errorDetailsClientMiddleware, RichClientError } from "nice-grpc-error-details";
import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../src/client.js";
import { headerText } from "../src/header-text.js";
import { serveRpc } from "../src/server.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A dataset service that throws what a test says, and says how often it was called. */
const serve = async (thrown?: Error) => {
  const calls: unknown[] = [];
  const implementation: DatasetServiceImplementation = {
    async describeDataset(request) {
      calls.push(request);
      if (thrown !== undefined) throw thrown;
      return DescribeDatasetResponse.create();
    },
    async *streamBatches(request) {
      calls.push(request);
      if (thrown !== undefined) throw thrown;
      yield { index: 0, count: 1, pixels: Buffer.alloc(20_000_000), labels: [0] };
    },
  };
  const server = await serveRpc({
    listen: "127.0.0.1:0",
    services: [{ definition: DatasetServiceDefinition, implementation }],
  });
  closing.push(() => server.drain(0));
  return { address: server.address, calls };
};

const bytes = (value: Uint8Array): Uint8Array => value;
const method = (name: string) => ({
  path: `/bnas.v1.DatasetService/${name}`,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
  requestStream: false as const,
  options: {},
});
const rawDefinition = {
  describe: { ...method("DescribeDataset"), responseStream: false as const },
  stream: { ...method("StreamBatches"), responseStream: true as const },
};

/** A client that sends bytes, whatever they are. */
const rawClient = (address: string) => {
  const channel = createChannel(address, undefined, { "grpc.max_send_message_length": -1 });
  closing.push(() => channel.close());
  return createClientFactory().use(errorDetailsClientMiddleware).create(rawDefinition, channel);
};

/** What an error of a call says, and what its headers weigh. */
const refusal = async (call: (onTrailer: (trailer: Metadata) => void) => Promise<unknown>) => {
  let headers = 0;
  const error = await call((trailer) => {
    for (const [name, values] of trailer) {
      for (const value of values) headers += 32 + name.length + Math.ceil((value.length * 4) / 3);
    }
  }).catch((thrown: unknown) => thrown);
  if (!(error instanceof ClientError)) throw error;
  const extra = error instanceof RichClientError ? error.extra : [];
  const fields = extra.flatMap((detail) =>
    detail.$type === BadRequest.$type ? detail.fieldViolations.map(({ field }) => field) : [],
  );
  return { code: Status[error.code], text: error.details, fields, headers: headers + encodeURI(error.details).length };
};

const valid = DescribeDatasetRequest.encode(
  DescribeDatasetRequest.fromPartial({ plan: { uri: "shapes:", seed: 7 } }),
).finish();

describe("bytes that are no request", () => {
  it.each([
    ["cut off", valid.subarray(0, -1)],
    // For the generated decoder a zero byte ends the message: this one would pass for whole.
    ["cut off, with a zero byte where it ends", Buffer.concat([Buffer.from([0x0a, 0x7f, 0x00]), valid])],
    ["followed by zero bytes", Buffer.concat([valid, Buffer.alloc(3)])],
    ["with the end of a group that did not begin", Buffer.concat([valid, Buffer.from([0x0c])])],
    ["with a wire type that is not", Buffer.from([0x0f])],
    ["with a length beyond the end", Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ["with groups that do not end", Buffer.alloc(100_000, 0x0b)],
    ["with text that is not UTF-8", Buffer.from([0x0a, 0x04, 0x0a, 0x02, 0xc3, 0x28])],
  ])("%s are INVALID_ARGUMENT on the field `request`, and reach no service", async (_, request) => {
    const { address, calls } = await serve();
    const client = rawClient(address);
    const unary = await refusal((onTrailer) => client.describe(request, { onTrailer }));
    expect(unary).toMatchObject({ code: "INVALID_ARGUMENT", fields: ["request"] });
    expect(unary.text).toContain("/bnas.v1.DatasetService/DescribeDataset");
    const streamed = await refusal(async (onTrailer) => {
      for await (const _ of client.stream(request, { onTrailer }));
    });
    expect(streamed).toMatchObject({ code: "INVALID_ARGUMENT", fields: ["request"] });
    expect(calls).toEqual([]);
  });

  it("does not mean bytes of a newer client: fields that are not known are skipped", async () => {
    const { address, calls } = await serve();
    await rawClient(address).describe(Buffer.concat([valid, Buffer.from([0xfa, 0x3e, 0x01, 0x00])]));
    expect(calls).toEqual([DescribeDatasetRequest.decode(valid)]);
  });

  it("are refused when they are more than 4 MiB, although answers may be larger", async () => {
    const { address, calls } = await serve();
    const request = Buffer.alloc(4 * 1024 * 1024 + 1);
    const { code } = await refusal((onTrailer) => rawClient(address).describe(request, { onTrailer }));
    expect(code).toBe("RESOURCE_EXHAUSTED");
    expect(calls).toEqual([]);
    const { client, close } = connect(DatasetServiceDefinition, address);
    closing.push(close);
    for await (const { pixels } of client.streamBatches({})) expect(pixels).toHaveLength(20_000_000);
  });
});

describe("an error", () => {
  const long = "漢🦉%".repeat(100_000);

  it.each([
    ["of input", invalidInput("plan.uri", long, `one of ${long}`, `Write ${long}.`)],
    ["of input with a long field", invalidInput(`plan.${long}`, 1, "x", "y")],
    ["of ours", fault("NOT_FOUND", long, long)],
    [
      "of ours with names",
      fault("NOT_FOUND", text`${"漢".repeat(250)}${setting("x")}`, text`${"漢".repeat(120)}${setting("x")}`),
    ],
    ["of ours with long names", fault("NOT_FOUND", text`${long}${setting("tlsCa")}`, text`${setting(long)}`)],
    ["of gRPC", new ServerError(Status.NOT_FOUND, long)],
  ])("%s fits in the 8 KiB of headers that every client takes, however long its texts", async (_, thrown) => {
    const { address } = await serve(thrown);
    const { headers, code } = await refusal((onTrailer) => rawClient(address).describe(valid, { onTrailer }));
    expect(["INVALID_ARGUMENT", "NOT_FOUND"]).toContain(code);
    expect(headers).toBeLessThan(8 * 1024);
  });

  it("whose value is cut between the halves of a character is answered", async () => {
    for (const value of ["🦉".repeat(100), `x${"🦉".repeat(100)}`, "\ud83e", "\udd89x"]) {
      const { address } = await serve(invalidInput("plan.uri", value, `not ${value.slice(0, 1)}`, "Write another."));
      const { code } = await refusal((onTrailer) => rawClient(address).describe(valid, { onTrailer }));
      expect(code).toBe("INVALID_ARGUMENT");
    }
  });

  it("names the field as the request spells it, and as the configuration file does to our own clients", async () => {
    const { address } = await serve(invalidInput("spec.data.imageSize", 3, "0, or 8 to 512", "Write 0."));
    const raw = await refusal((onTrailer) => rawClient(address).describe(valid, { onTrailer }));
    expect(raw.fields).toEqual(["spec.data.image_size"]);
    expect(raw.text).toMatch(/^spec\.data\.image_size: 3/);
    const { client, close } = connect(DatasetServiceDefinition, address);
    closing.push(close);
    await expect(client.describeDataset({})).rejects.toMatchObject({ field: "spec.data.imageSize", value: 3 });
  });
});

describe("the text of a header", () => {
  it("stays as it is when it is short, and is cut between characters when it is not", () => {
    expect(headerText("shapes:?classes=3", 17)).toBe("shapes:?classes=3");
    expect(headerText("漢漢漢漢", 12)).toBe("漢漢漢漢");
    expect(headerText("漢漢漢漢", 11)).toBe("漢漢...");
    expect(headerText("🦉🦉", 7)).toBe("🦉...");
    expect(headerText("a\ud83eb", 100)).toBe("a\ufffdb");
  });
});
