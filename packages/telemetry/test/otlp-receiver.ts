import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";

type Value = string | number | boolean | undefined;
type Attributes = Readonly<Record<string, Value>>;

export type ReceivedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it begins its trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: "internal" | "server" | "client";
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: string | undefined;
  readonly attributes: Attributes;
  readonly resource: Attributes;
};

type ReceivedPoint = {
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
  /** Of a histogram; its sum is `value`. */
  readonly count: number | undefined;
  readonly attributes: Attributes;
  readonly resource: Attributes;
};

/** A collector: it takes OTLP over HTTP as protobuf, and keeps what it got. */
export type OtlpReceiver = {
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  /** The last report of every series. */
  points(): readonly ReceivedPoint[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>[];
  /** Forget what came. */
  clear(): void;
  /** Answer every request by this status from now on. */
  refuse(status: number): void;
  close(): Promise<void>;
};

export const otlpReceiver = async (): Promise<OtlpReceiver> => {
  const types = await protobuf.load(fileURLToPath(new URL("./otlp.proto", import.meta.url)));
  const read = (name: string, body: Buffer) =>
    types
      .lookupType(`opentelemetry.proto.${name}`)
      .toObject(types.lookupType(`opentelemetry.proto.${name}`).decode(body), {
        longs: Number,
        defaults: true,
        arrays: true,
      });
  const spans: ReceivedSpan[] = [];
  const series = new Map<string, ReceivedPoint>();
  const headers: OtlpReceiver["headers"] = [];
  let refusal: number | undefined;

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const sent = Buffer.concat(chunks);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    headers.push(request.headers);
    if (refusal !== undefined || request.headers["content-type"] !== "application/x-protobuf") {
      response.writeHead(refusal ?? 415).end();
      return;
    }
    if (request.url === "/v1/traces") spans.push(...spansOf(read("ExportTraceServiceRequest", body)));
    else if (request.url === "/v1/metrics") {
      for (const point of pointsOf(read("ExportMetricsServiceRequest", body))) {
        series.set(JSON.stringify([point.metric, point.attributes, point.resource]), point);
      }
    }
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // listen on a port gives an address with a port
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    points: () => [...series.values()],
    headers,
    clear() {
      spans.length = 0;
      series.clear();
    },
    refuse: (status) => {
      refusal = status;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

// Messages as protobufjs gives them have no types of ours; what is looked at is checked by what the tests expect of it.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Message = any;

const spansOf = (message: Message): ReceivedSpan[] =>
  message.resourceSpans.flatMap(({ resource, scopeSpans }: Message) =>
    scopeSpans.flatMap(({ spans }: Message) =>
      spans.map((span: Message) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentId: hex(span.parentSpanId),
        name: span.name,
        kind: [undefined, "internal", "server", "client"][span.kind],
        startMs: span.startTimeUnixNano / 1e6,
        endMs: span.endTimeUnixNano / 1e6,
        failed: span.status?.code === 2 ? span.status.message : undefined,
        attributes: attributesOf(span.attributes),
        resource: attributesOf(resource.attributes),
      })),
    ),
  );

const pointsOf = (message: Message): ReceivedPoint[] =>
  message.resourceMetrics.flatMap(({ resource, scopeMetrics }: Message) =>
    scopeMetrics.flatMap(({ metrics }: Message) =>
      metrics.flatMap(({ name, unit, gauge, sum, histogram }: Message) =>
        (gauge ?? sum ?? histogram).dataPoints.map((point: Message) => ({
          metric: name,
          unit,
          value: histogram ? point.sum : point.asInt || point.asDouble,
          count: histogram ? point.count : undefined,
          attributes: attributesOf(point.attributes),
          resource: attributesOf(resource.attributes),
        })),
      ),
    ),
  );

const hex = (bytes: Uint8Array | number[] | undefined): string => Buffer.from(bytes ?? []).toString("hex");

const attributesOf = (list: readonly Message[]): Attributes =>
  Object.fromEntries(
    list.map(({ key, value }) => [key, value.stringValue ?? value.boolValue ?? value.intValue ?? value.doubleValue]),
  );
