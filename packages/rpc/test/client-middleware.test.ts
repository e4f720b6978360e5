import type { CallOptions, ClientMiddlewareCall } from "nice-grpc-common";
import { Metadata } from "nice-grpc-common";
import { describe, expect, it } from "vitest";
import { defaultDeadline } from "../src/client-middleware.js";

type Options = CallOptions & { readonly deadline?: Date | number };

/** The options with which a call is passed to the service. */
const optionsOf = async (streams: { request?: boolean; response?: boolean }, given: Options): Promise<Options> => {
  let passed: Options = {};
  const call = {
    method: { path: "/bnas.Service/Method", requestStream: false, responseStream: false, options: {} },
    requestStream: streams.request ?? false,
    request: {},
    responseStream: streams.response ?? false,
    async *next(_request: unknown, options: Options) {
      passed = options;
      yield* [];
      return {};
    },
  };
  // A call has one of four types, by which of its sides are streams: here it is a table's row that says so.
  const middleware = defaultDeadline(60_000)(call as unknown as ClientMiddlewareCall<object, object>, given);
  for (let next = await middleware.next(); next.done !== true; ) next = await middleware.next();
  return passed;
};

describe("a call without a deadline of its own", () => {
  it("ends after the time of its connection when it is unary", async () => {
    const metadata = Metadata();
    expect(await optionsOf({}, { metadata })).toEqual({ metadata, deadline: 60_000 });
  });

  it.each([
    ["the response", { response: true }],
    ["the request", { request: true }],
    ["each side", { request: true, response: true }],
  ])("takes as long as it takes when %s is a stream", async (_, streams) => {
    const metadata = Metadata();
    expect(await optionsOf(streams, { metadata })).toEqual({ metadata });
  });
});

describe("a call with a deadline of its own", () => {
  it.each([{}, { response: true }])("keeps it, %j", async (streams) => {
    expect(await optionsOf(streams, { deadline: 5 })).toEqual({ deadline: 5 });
  });
});
