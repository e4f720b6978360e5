import { fault } from "@bnas/errors";
import { DatasetServiceDefinition, type SearchServiceClient, SearchServiceDefinition } from "@bnas/proto";
import { describe, expect, it } from "vitest";
import { connect } from "../src/client.js";
import { serveRpc } from "../src/server.js";
import { dataset, response, searches, servedHere } from "./served-here.js";

const { closing, serve } = servedHere();

describe("a client", () => {
  it("tries a call that changes nothing again until the service is there", async () => {
    const { port, drain } = await serve();
    await drain();
    const { client, close } = connect(DatasetServiceDefinition, `127.0.0.1:${port}`);
    closing.push(close);
    const call = client.describeDataset({});
    const again = await serveRpc({
      listen: `127.0.0.1:${port}`,
      services: [{ definition: DatasetServiceDefinition, implementation: dataset({}) }],
    });
    closing.push(() => again.drain(0));
    expect(await call).toEqual(response);
  });

  it("tries no stream again, and says what to look at", async () => {
    let calls = 0;
    // biome-ignore lint/correctness/useYield: it fails before it has anything to give
    const unavailable = async function* () {
      calls++;
      throw fault("UNAVAILABLE", "restarting", "wait");
    };
    const first = (client: { watchSearch(request: object): AsyncIterable<unknown> }) =>
      client.watchSearch({})[Symbol.asyncIterator]().next();
    const server = await serveRpc({
      listen: "127.0.0.1:0",
      services: [{ definition: SearchServiceDefinition, implementation: searches({ watchSearch: unavailable }) }],
    });
    closing.push(() => server.drain(0));
    const { client, close } = connect(SearchServiceDefinition, server.address);
    closing.push(close);
    await expect(first(client)).rejects.toMatchObject({ code: "UNAVAILABLE", hint: "wait" });
    expect(calls).toBe(1);

    await server.drain();
    await expect(first(client)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      hint: "Is the service running, and is its address right?",
    });
  });

  it("tries any unary call again where all are idempotent, and gives up in the end", async () => {
    let calls = 0;
    const server = await serveRpc({
      listen: "127.0.0.1:0",
      services: [
        {
          definition: SearchServiceDefinition,
          implementation: searches({
            createSearch: async () => {
              calls++;
              throw fault("UNAVAILABLE", "restarting", "wait");
            },
          }),
        },
      ],
    });
    closing.push(() => server.drain(0));
    const { client, close } = connect(SearchServiceDefinition, server.address, { idempotent: true });
    closing.push(close);
    await expect(client.createSearch({})).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(calls).toBe(6);
  });

  it("is a client of the generated interface", async () => {
    const { client, close } = connect(SearchServiceDefinition, (await serve()).address);
    closing.push(close);
    const generated: SearchServiceClient = client;
    expect(generated.getSearch).toBeTypeOf("function");
  });
});
