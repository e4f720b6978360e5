import { setMaxListeners } from "node:events";
import {
  DatasetServiceDefinition,
  EvaluatorServiceDefinition,
  SearchServiceDefinition,
  Spec,
  Split,
} from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { type Channel, createChannel, createClientFactory } from "nice-grpc";
import { Status } from "nice-grpc-common";
import { HealthDefinition } from "nice-grpc-server-health";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServedMesh, serveMesh, services } from "../clients/served-mesh.js";
import { methods, pathOf } from "../fuzz/api.js";
import { growth, MOST_HEADER, problemOf } from "../fuzz/check-answer.js";
import { COUNT, SEED } from "../fuzz/count.js";
import { badFrames, noise, sendAndLeave, sendFrames } from "../fuzz/no-grpc.js";
import { type Answer, rawCall } from "../fuzz/raw-call.js";
import { badCall } from "../fuzz/requests.js";
import { SEARCHES, spec } from "../fuzz/subjects.js";
import { askedFor, faultsOf, isRunning, memoryOf, prepare } from "../fuzz/target.js";

/** MiB by which the memory of the mesh may grow, as `growth` measures it, over all requests. */
const MOST_GROWTH = 64;
/** The same over streams: what 500 of them take that are open at once, and not 4,000. */
const MOST_GROWTH_BY_STREAMS = 128;

describe("a mesh that bad callers call", () => {
  let mesh: ServedMesh;
  const channels = new Map<string, Channel>();
  const channelOf = (service: string): Channel => {
    const known = channels.get(service);
    const unlimited = { "grpc.max_send_message_length": -1 };
    const channel = known ?? createChannel(mesh.address(service), undefined, unlimited);
    channels.set(service, channel);
    return channel;
  };

  beforeAll(async () => {
    mesh = await serveMesh();
    await prepare(mesh);
  });
  afterAll(async () => {
    for (const channel of channels.values()) channel.close();
    expect(await mesh.stop()).toBe(0);
  });

  /** Whatever was sent to it: it runs, has found no fault in itself, is healthy, and answers a good request. */
  const isAsBefore = async (): Promise<void> => {
    expect(isRunning(mesh)).toBe(true);
    expect(faultsOf(mesh)).toEqual([]);
    for (const service of services) {
      const health = createClientFactory().create(HealthDefinition, channelOf(service));
      expect(await health.check({ service: `bnas.v1.${service}` })).toEqual({ status: 1 });
    }
    const { client, close } = connect(SearchServiceDefinition, mesh.address("SearchService"));
    const good = await client.createSearch({ searchId: "good", spec: Spec.fromJSON(spec), validateOnly: true });
    expect(good.message).toMatch(/^valid/);
    close();
  };

  it(`refuses ${COUNT} malformed requests, each by its code and the field that is wrong, and writes nothing`, async () => {
    const before = askedFor(mesh);
    const memory: number[] = [];
    const called = new Set<string>();
    const wrong: string[] = [];
    await inParallel(COUNT, 8, async (index) => {
      // Enough is known then, and calls without an answer take a minute each.
      if (wrong.length > 20) return;
      const call = badCall(SEED, index);
      const { parent, methodKind } = call.method;
      const path = pathOf(call.method);
      called.add(path);
      const answer = await rawCall(channelOf(parent.name), path, call.bytes, methodKind === "server_streaming");
      const problem = problemOf(call, answer);
      if (problem !== undefined) wrong.push(`seed ${SEED}, request ${index}: ${path}, ${call.wrong}: ${problem}`);
      if (index % 20 === 0) memory.push(memoryOf(mesh));
    });
    expect(wrong).toEqual([]);
    expect([...called].sort()).toEqual(methods.map(pathOf).sort());
    expect(askedFor(mesh)).toEqual(before);
    expect(growth(memory), `MiB at every 20th request: ${memory.map(Math.round)}`).toBeLessThan(MOST_GROWTH);
    await isAsBefore();
  });

  /** A call of any path on the port of the SearchService. */
  const call = (path: string, bytes: Uint8Array = Buffer.alloc(0), stream = false): Promise<Answer> =>
    rawCall(channelOf("SearchService"), path, bytes, stream);

  it.each([5, 70])("refuses a request of %d MB, which is beyond the limit", async (megabytes) => {
    const answer = await call("/bnas.v1.SearchService/GetSearch", Buffer.alloc(megabytes * 1e6));
    expect(Status[answer.code], answer.details).toBe("RESOURCE_EXHAUSTED");
    await isAsBefore();
  });

  it("takes fields that it does not know for those of a newer client", async () => {
    const unknown = Buffer.from([0xfa, 0x3e, 0x03, 0x61, 0x62, 0x63]);
    expect(Status[(await call("/bnas.v1.SearchService/ListSearches", unknown)).code]).toBe("OK");
  });

  it("says that methods and services do not exist", async () => {
    expect(Status[(await call("/bnas.v1.SearchService/DropSearch")).code]).toBe("UNIMPLEMENTED");
    expect(Status[(await call("/bnas.v1.Other/GetSearch")).code]).toBe("UNIMPLEMENTED");
  });

  it("refuses the same in health and reflection", async () => {
    const check = "/grpc.health.v1.Health/Check";
    const longName = await call(check, Buffer.concat([Buffer.from([0x0a, 0x88, 0x27]), Buffer.alloc(5000, "🦉")]));
    expect(Status[longName.code]).toBe("NOT_FOUND");
    expect(longName.headerBytes).toBeLessThan(MOST_HEADER);
    const cutOff = Buffer.from([0x0a, 0x7f]);
    expect(Status[(await call(check, cutOff)).code]).toBe("INVALID_ARGUMENT");
    for (const version of ["v1", "v1alpha"]) {
      const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
      expect(Status[(await call(path, cutOff, true)).code]).toBe("INVALID_ARGUMENT");
    }
    await isAsBefore();
  });

  it.each(badFrames.map((frames) => [frames.wrong, frames] as const))("answers %s", async (_, frames) => {
    const answer = await sendFrames(mesh.address("SearchService"), "/bnas.v1.SearchService/ListSearches", frames);
    expect(answer).toEqual(frames.answer);
    await isAsBefore();
  });

  it("survives peers that speak no gRPC", async () => {
    const addresses = services.map(mesh.address);
    await inParallel(Math.ceil(COUNT / 10), 16, async (index) => {
      await sendAndLeave(addresses[index % addresses.length] ?? "", noise(SEED, index));
    });
    await isAsBefore();
  });

  it("lets go of 500 calls that are cancelled at once, as often as that happens", async () => {
    const search = connect(SearchServiceDefinition, mesh.address("SearchService"));
    const dataset = connect(DatasetServiceDefinition, mesh.address("DatasetService"));
    const evaluator = connect(EvaluatorServiceDefinition, mesh.address("EvaluatorService"));
    const asked = Spec.fromJSON(spec);
    const plan = { uri: asked.dataset ?? "", seed: 7, reductionImages: 30 };
    const batches = { plan, split: Split.SPLIT_WEIGHT, batch: 1, keepLast: true, shuffle: true };
    const edges = Array.from({ length: 14 }, () => "skip_connect");
    const sample = { spec: asked, checkpoint: "0".repeat(64), normal: edges, reduce: edges };
    const memory: number[] = [];
    for (let time = 0; time < 8; time++) {
      const stop = new AbortController();
      const { signal } = stop;
      setMaxListeners(0, signal);
      let received = 0;
      const read = async (stream: AsyncIterable<unknown>) => {
        for await (const _ of stream) received++;
      };
      const calls = Array.from({ length: 500 }, (_, index) => {
        if (index % 10 === 9) return evaluator.client.evaluateSample(sample, { signal });
        return index % 10 < 6
          ? read(search.client.watchSearch({ searchId: SEARCHES.held }, { signal }))
          : read(dataset.client.streamBatches(batches, { signal }));
      });
      const ended = Promise.allSettled(calls);
      await until(() => received > 500);
      stop.abort();
      await ended;
      memory.push(memoryOf(mesh));
    }
    for (const { close } of [search, dataset, evaluator]) close();
    expect(growth(memory), `MiB after each time: ${memory.map(Math.round)}`).toBeLessThan(MOST_GROWTH_BY_STREAMS);
    await isAsBefore();
  });
});

const inParallel = async (count: number, lanes: number, act: (index: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const lane = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
};

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
};
