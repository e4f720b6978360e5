import { once } from "node:events";
import { createConnection } from "node:net";
import { DatasetServiceDefinition, SearchServiceDefinition } from "@bnas/proto";
import { createClientFactory } from "nice-grpc";
import { ClientError, Status } from "nice-grpc-common";
import { HealthDefinition } from "nice-grpc-server-health";
import { describe, expect, it } from "vitest";
import { connect } from "../src/client.js";
import { serveRpc } from "../src/server.js";
import { forever, response, searches, servedHere } from "./served-here.js";

const { closing, serve, clientOf, channelOf } = servedHere();

describe("draining", () => {
  it("says NOT_SERVING to who watches health, lets calls in progress finish, and refuses new ones", async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const server = await serve({
      async describeDataset() {
        begun();
        await held;
        return response;
      },
    });
    const call = clientOf(server).describeDataset({});
    await started;

    const statuses: number[] = [];
    const health = createClientFactory().create(HealthDefinition, channelOf(server));
    let drained: Promise<void> | undefined;
    const watching = (async () => {
      for await (const { status } of health.watch({ service: "bnas.v1.DatasetService" })) {
        statuses.push(status);
        drained ??= server.drain();
      }
    })();
    await expect(watching).rejects.toBeInstanceOf(ClientError);
    expect(statuses).toEqual([1, 2]);

    const late = createClientFactory().create(DatasetServiceDefinition, channelOf(server));
    await expect(late.describeDataset({})).rejects.toMatchObject({ code: Status.UNAVAILABLE });
    finish();
    expect(await call).toEqual(response);
    await drained;
  });

  it("does not wait for a peer that has connected and says nothing", async () => {
    const server = await serve();
    const silent = createConnection(server.port, "127.0.0.1");
    closing.push(() => silent.destroy());
    await once(silent, "connect");
    await server.drain(10);
  });

  it("ends streams named Watch as UNAVAILABLE, so that no one takes it for their end", async () => {
    const implementation = searches({
      async *watchSearch(_, { signal }) {
        yield { sequence: 1, subject: "bnas.search.s.opened", factJson: "{}" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const server = await serveRpc({
      listen: "127.0.0.1:0",
      services: [{ definition: SearchServiceDefinition, implementation }],
    });
    closing.push(() => server.drain(0));
    const { client, close } = connect(SearchServiceDefinition, server.address);
    closing.push(close);
    const watching = (async () => {
      for await (const _ of client.watchSearch({})) void server.drain();
    })();
    await expect(watching).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await server.drain();
  });

  it("cancels at its deadline what does not finish", async () => {
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const server = await serve({
      describeDataset: (_, { signal }) => {
        begun();
        return forever(signal);
      },
    });
    const call = clientOf(server).describeDataset({}, {});
    const refused = expect(call).rejects.toThrow();
    await started;
    await server.drain(20);
    await refused;
  });
});
