import { describe, expect, it } from "vitest";
import { createLogger } from "../../telemetry/src/logging.js";
import { collectedHere, one, values } from "./collected-here.js";

const { collector, inSpan, received, recorder } = collectedHere();

describe("spans", () => {
  it("arrive by OTLP with their times, attributes and the service they are of", async () => {
    await inSpan("outer", { attributes: { "bnas.round": 2, "bnas.search": "s", "not.said": undefined } }, () =>
      inSpan("inner", {}, async () => {}),
    );
    const outer = one(await received(), "outer");
    expect(outer).toMatchObject({ kind: "internal", parentId: "", failed: undefined });
    expect(outer.attributes).toEqual({ "bnas.round": 2, "bnas.search": "s" });
    expect(outer.resource).toMatchObject({ "service.name": "test", "service.version": "0.1.0" });
    expect(outer.resource["service.instance.id"]).toMatch(/^[0-9a-f-]{36}$/);
    const inner = one(collector(), "inner");
    expect(inner).toMatchObject({ traceId: outer.traceId, parentId: outer.spanId });
    for (const { startMs, endMs } of [outer, inner]) expect(endMs).toBeGreaterThanOrEqual(startMs);
  });

  it("say what failed within them, and throw it on", async () => {
    const failing = inSpan("failing", {}, async () => {
      throw new RangeError("too far");
    });
    await expect(failing).rejects.toThrow(RangeError);
    const span = one(await received(), "failing");
    expect(span).toMatchObject({ failed: "too far", attributes: { "error.type": "RangeError" } });
  });

  it("continue in another process by the headers of a message", async () => {
    const headers = await inSpan("here", {}, async () => recorder().inject());
    expect(headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    await recorder().continueTrace(headers, () => inSpan("there", {}, async () => {}));
    await inSpan("other", {}, () => recorder().continueTrace({}, () => inSpan("of no message", {}, async () => {})));
    const here = one(await received(), "here");
    expect(one(collector(), "there")).toMatchObject({ traceId: here.traceId, parentId: here.spanId });
    expect(one(collector(), "of no message").parentId).toBe("");
  });

  it("put their ids on the log lines that are written within them, and on no others", async () => {
    const lines: Record<string, unknown>[] = [];
    const to = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const logger = createLogger({ name: "test", level: "info", to, recorder: recorder() });
    logger.info("before");
    await inSpan("work", {}, async () => logger.info({ round: 1 }, "within"));
    logger.info("after");
    const { traceId, spanId } = one(await received(), "work");
    expect(lines.map(({ event, trace_id, span_id }) => [event, trace_id, span_id])).toEqual([
      ["before", undefined, undefined],
      ["within", traceId, spanId],
      ["after", undefined, undefined],
    ]);
  });
});

it("what is observed is asked for when it is sent, and no more when it is not observed", async () => {
  const unobserve = recorder().observe("bnas.queue.depth", () => [
    { value: 7, attributes: { "bnas.worker": "trainer" } },
  ]);
  await received();
  expect(values(collector(), "bnas.queue.depth")).toEqual([{ "bnas.worker": "trainer", value: 7 }]);
  unobserve();
});
