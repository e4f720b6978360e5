import { readFile } from "node:fs/promises";
import { DatasetServiceDefinition, descriptorSetPath } from "@bnas/proto";
import { createClientFactory } from "nice-grpc";
import { Status } from "nice-grpc-common";
import { HealthDefinition } from "nice-grpc-server-health";
import { ServerReflectionService } from "nice-grpc-server-reflection";
import reflection from "nice-grpc-server-reflection/lib/proto/grpc/reflection/v1/reflection_pb.js";
import { describe, expect, it } from "vitest";
import { serveRpc } from "../src/server.js";
import { batch, dataset, request, response, servedHere } from "./served-here.js";

const { serve, clientOf, channelOf } = servedHere();

describe("a server", () => {
  it("answers unary calls and streams on the port that it took", async () => {
    const server = await serve({
      async *streamBatches() {
        yield batch(0, 4);
        yield batch(1, 4);
      },
    });
    expect(server.address).toBe(`127.0.0.1:${server.port}`);
    const client = clientOf(server);
    expect(await client.describeDataset({})).toEqual(response);
    const indices: number[] = [];
    for await (const { index } of client.streamBatches(request)) indices.push(index);
    expect(indices).toEqual([0, 1]);
  });

  it("refuses an address that cannot be, and one that is taken", async () => {
    const services = [{ definition: DatasetServiceDefinition, implementation: dataset({}) }] as const;
    for (const listen of ["", "50051", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:1"]) {
      await expect(serveRpc({ listen, services })).rejects.toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    }
    const { address } = await serve();
    await expect(serveRpc({ listen: address, services })).rejects.toThrow("a free port");
  });

  it("says SERVING of itself and of each service, NOT_FOUND of others", async () => {
    const health = createClientFactory().create(HealthDefinition, channelOf(await serve()));
    expect(await health.check({ service: "" })).toEqual({ status: 1 });
    expect(await health.check({ service: "bnas.v1.DatasetService" })).toEqual({ status: 1 });
    await expect(health.check({ service: "bnas.v1.Other" })).rejects.toMatchObject({ code: Status.NOT_FOUND });
  });

  it("is alive while it cannot serve: to start it again would not help", async () => {
    const server = await serve();
    const health = createClientFactory().create(HealthDefinition, channelOf(server));
    server.setServing(false);
    expect(await health.check({ service: "" })).toEqual({ status: 2 });
    expect(await health.check({ service: "alive" })).toEqual({ status: 1 });
    server.setServing(true);
    expect(await health.check({ service: "" })).toEqual({ status: 1 });
  });

  it("lists its services and gives their descriptors by reflection", async () => {
    const client = createClientFactory().create(ServerReflectionService, channelOf(await serve()));
    async function* questions() {
      yield new reflection.ServerReflectionRequest().setListServices("");
      yield new reflection.ServerReflectionRequest().setFileContainingSymbol("bnas.v1.DatasetService");
    }
    const answers = [];
    for await (const answer of client.serverReflectionInfo(questions())) answers.push(answer);
    expect(
      answers[0]
        ?.getListServicesResponse()
        ?.getServiceList()
        .map((service) => service.getName()),
    ).toEqual(["bnas.v1.DatasetService", "grpc.health.v1.Health"]);
    const [file] = answers[1]?.getFileDescriptorResponse()?.getFileDescriptorProtoList_asU8() ?? [];
    expect(file?.length).toBeGreaterThan(0);
    expect((await readFile(descriptorSetPath)).includes(Buffer.from(file ?? "missing"))).toBe(true);
  });
});
