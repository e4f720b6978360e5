import { fault, invalidInput, isBnasError } from "@bnas/errors";
import { DatasetServiceDefinition, SearchServiceDefinition } from "@bnas/proto";
import { createClientFactory } from "nice-grpc";
import { Status } from "nice-grpc-common";
import { BadRequest, errorDetailsClientMiddleware, RichClientError } from "nice-grpc-error-details";
import { describe, expect, it } from "vitest";
import { blobAltered, blobMissing } from "../../store/src/blob-errors.js";
import { createLogger } from "../../telemetry/src/logging.js";
import { connect } from "../src/client.js";
import { batch, request, servedHere } from "./served-here.js";

const { closing, serve, clientOf, channelOf } = servedHere();

describe("an error", () => {
  it("of input is INVALID_ARGUMENT with a BadRequest that names the field, for any client", async () => {
    const server = await serve({
      describeDataset: async () => {
        throw invalidInput("plan.uri", "cifar:", "a dataset's URI", "Write cifar10:PATH.");
      },
    });
    const client = createClientFactory()
      .use(errorDetailsClientMiddleware)
      .create(DatasetServiceDefinition, channelOf(server));
    const error = await client.describeDataset({}).catch((thrown: unknown) => thrown);
    if (!(error instanceof RichClientError)) throw error;
    expect(error.code).toBe(Status.INVALID_ARGUMENT);
    expect(error.details).toContain("Write cifar10:PATH.");
    expect(error.extra.filter((detail) => detail.$type === BadRequest.$type)).toEqual([
      expect.objectContaining({
        fieldViolations: [
          expect.objectContaining({ field: "plan.uri", description: expect.stringContaining("a dataset's URI") }),
        ],
      }),
    ]);
  });

  it("of input comes out of our client as it went in, of a unary call and of a stream", async () => {
    const values = ["cifar:", 7, null, { nested: [1] }];
    for (const value of values) {
      const thrown = invalidInput("plan.uri", value, "a dataset's URI", "Write cifar10:PATH.");
      const client = clientOf(
        await serve({
          describeDataset: async () => {
            throw thrown;
          },
          async *streamBatches() {
            yield batch(0);
            throw thrown;
          },
        }),
      );
      const matches = {
        code: "INVALID_INPUT",
        field: "plan.uri",
        value,
        allowed: "a dataset's URI",
        hint: "Write cifar10:PATH.",
      };
      await expect(client.describeDataset({})).rejects.toMatchObject(matches);
      const seen: number[] = [];
      const streamed = (async () => {
        for await (const { index } of client.streamBatches(request)) seen.push(index);
      })();
      await expect(streamed).rejects.toMatchObject(matches);
      expect(seen).toEqual([0]);
    }
  });

  it("of input with a value too long for a header still arrives", async () => {
    const client = clientOf(
      await serve({
        describeDataset: async () => {
          throw invalidInput("plan.uri", "x".repeat(100_000), "a short one", "Shorten it.");
        },
      }),
    );
    await expect(client.describeDataset({})).rejects.toMatchObject({ code: "INVALID_INPUT", field: "plan.uri" });
  });

  it("of ours keeps its code, message and hint; a blob's has a code that fits", async () => {
    const cases: [Error, Record<string, unknown>][] = [
      [
        fault("FAILED_PRECONDITION", "the search has ended", "open another"),
        { code: "FAILED_PRECONDITION", message: "the search has ended", hint: "open another" },
      ],
      [
        blobMissing("0".repeat(64), "/blobs/00"),
        { code: "BLOB_MISSING", message: expect.stringContaining("/blobs/00") },
      ],
      [blobAltered("0".repeat(64), "/blobs/00", "1".repeat(64)), { code: "BLOB_ALTERED" }],
    ];
    for (const [thrown, matches] of cases) {
      const client = clientOf(
        await serve({
          describeDataset: async () => {
            throw thrown;
          },
        }),
      );
      await expect(client.describeDataset({})).rejects.toMatchObject({ ...matches });
    }
  });

  it("of any other kind is INTERNAL, tells callers nothing of our inside, and is in the log of the service", async () => {
    const lines: string[] = [];
    const logger = createLogger({ name: "dataset", level: "info", to: { write: (line) => void lines.push(line) } });
    const server = await serve(
      {
        describeDataset: async () => {
          throw new TypeError("secret is not a function");
        },
      },
      { logger },
    );
    const error = await clientOf(server)
      .describeDataset({})
      .catch((thrown: unknown) => thrown);
    if (!isBnasError(error)) throw error;
    expect(error.code).toBe("INTERNAL");
    expect(error.message).not.toMatch(/secret|at .*\.ts/);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "error",
      method: "/bnas.v1.DatasetService/DescribeDataset",
      err: { message: "secret is not a function" },
    });
  });

  it("of a service that does not exist says so with a hint", async () => {
    const { client, close } = connect(SearchServiceDefinition, (await serve()).address);
    closing.push(close);
    await expect(client.getSearch({})).rejects.toMatchObject({
      code: "UNIMPLEMENTED",
      hint: expect.stringMatching(/address/),
    });
  });
});
