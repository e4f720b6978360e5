import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { S3Link, type S3LinkOptions } from "../src/s3/s3-link.js";
import { answerOf } from "./bucket-in-memory.js";
import { VirtualTime } from "./virtual-time.js";

vi.mock("node:timers/promises", async (original) => {
  const real = await original<{ setTimeout: typeof sleep }>();
  return { ...real, setTimeout: vi.fn(real.setTimeout) };
});

const address = { bucket: "blobs", prefix: "", endpoint: "http://s3:9000", pathStyle: true };
const busy = answerOf("SlowDown", 503);

/** Fails as often as is said, then answers with how often it was tried. */
const failing = (times: number, error: Error = busy) => {
  let tries = 0;
  return vi.fn(async () => {
    tries++;
    if (tries <= times) throw error;
    return tries;
  });
};

afterEach(() => {
  vi.mocked(sleep).mockReset();
  vi.restoreAllMocks();
});

describe("the patience of a link to S3", () => {
  let time: VirtualTime;
  beforeEach(() => {
    time = new VirtualTime();
    vi.mocked(sleep).mockImplementation(time.sleep as typeof sleep); // No one here uses what a sleep gives.
  });

  it("tries again while the fault is temporary, and waits twice as long each time, 2 s at most", async () => {
    expect(await new S3Link(address).patiently("get ab12", failing(7))).toBe(8);
    expect(time.sleeps).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
  });

  it("does not wait for what succeeds", async () => {
    expect(await new S3Link(address).patiently("get ab12", failing(0))).toBe(1);
    expect(time.sleeps).toEqual([]);
  });

  it("ends after two minutes, or as long as it was given: UNAVAILABLE, with what was to be done and the last fault", async () => {
    await expect(new S3Link(address).patiently("get ab12", failing(1_000))).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "get ab12: bucket blobs at http://s3:9000 does not answer (as it says)",
      cause: busy,
    });
    expect(time.now).toBeGreaterThan(120_000);
    expect(time.now).toBeLessThan(123_000);
    const begun = time.now;
    await expect(
      new S3Link({ ...address, patienceMs: 5_000 }).patiently("get ab12", failing(1_000)),
    ).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(time.now - begun).toBe(5_100);
  });

  it("tries once more when patience ends to the millisecond", async () => {
    const act = failing(1_000);
    await expect(new S3Link(address).patiently("get ab12", act, { patienceMs: 300 })).rejects.toThrow("get ab12");
    expect([act.mock.calls.length, time.now]).toEqual([4, 700]);
  });

  it("is 15 s at most while a store is opened, and less where the link has less", async () => {
    await expect(new S3Link(address).patientlyOpening("open", failing(1_000))).rejects.toThrow("does not answer");
    expect(time.now).toBeGreaterThan(15_000);
    expect(time.now).toBeLessThan(18_000);
    const begun = time.now;
    await expect(new S3Link({ ...address, patienceMs: 250 }).patientlyOpening("open", failing(1_000))).rejects.toThrow(
      "does not answer",
    );
    expect(time.now - begun).toBe(300);
    expect(await new S3Link(address).patientlyOpening("open", failing(1))).toBe(2);
  });

  it("is none for a refusal, which is reported at once in our words", async () => {
    const denied = answerOf("AccessDenied", 403);
    const act = failing(1, denied);
    await expect(new S3Link(address).patiently("put ab12", act)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      cause: denied,
    });
    expect(act).toHaveBeenCalledTimes(1);
  });

  it("is none for what the caller knows itself, temporary or not, which it gets as it is", async () => {
    const act = failing(1);
    const mine = (error: unknown) => error === busy;
    await expect(new S3Link(address).patiently("put ab12", act, { mine })).rejects.toBe(busy);
    expect(act).toHaveBeenCalledTimes(1);
  });

  it("ends when the link is closed: at once while it waits, and before it tries", async () => {
    const link = new S3Link(address);
    const act = vi.fn(async () => {
      link.close();
      throw busy;
    });
    await expect(link.patiently("get ab12", act)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("get ab12: the store is closed"),
    });
    expect([act.mock.calls.length, time.now]).toEqual([1, 0]);
    const late = failing(0);
    await expect(link.patiently("get ab12", late)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(late).not.toHaveBeenCalled();
  });
});

describe("the client of a link to S3", () => {
  const clientOf = (options: Partial<S3LinkOptions> = {}): Promise<S3Client> => {
    const { endpoint, ...aws } = { ...address, ...options };
    return new S3Link(endpoint === "" ? aws : { ...aws, endpoint }).patiently("look", async (client) => client);
  };

  it("goes to the server that it is given, with the bucket in the path where that is wanted", async () => {
    const { endpoint, forcePathStyle } = (await clientOf()).config;
    expect(await endpoint?.()).toMatchObject({ protocol: "http:", hostname: "s3", port: 9000 });
    expect(forcePathStyle).toBe(true);
    expect((await clientOf({ pathStyle: false })).config.forcePathStyle).toBe(false);
    expect(new S3Link(address)).toMatchObject({ bucket: "blobs", endpoint: "http://s3:9000" });
  });

  it("goes to AWS without one", async () => {
    const { endpoint: _, ...aws } = address;
    expect(new S3Link(aws).endpoint).toBe("AWS");
    expect((await clientOf({ endpoint: "", region: "eu-central-1" })).config.endpoint).toBeUndefined();
  });

  it.each([
    ["the address, first of all", { region: "eu-north-1", env: { AWS_REGION: "eu-west-3" } }, "eu-north-1"],
    ["the environment, beside an endpoint", { env: { AWS_REGION: "eu-west-3" } }, "eu-west-3"],
    ["us-east-1 beside an endpoint, where nothing says it", {}, "us-east-1"],
    ["the address, for AWS too", { endpoint: "", region: "eu-north-1" }, "eu-north-1"],
  ])("is in the region of %s", async (_, options, region) => {
    expect(await (await clientOf(options)).config.region()).toBe(region);
  });

  it("leaves the region of AWS to the SDK, which knows profiles as well", async () => {
    vi.stubEnv("AWS_REGION", "ap-south-1");
    const client = await clientOf({ endpoint: "" });
    expect(await client.config.region()).toBe("ap-south-1");
    vi.unstubAllEnvs();
  });

  it("tries twice at most by itself, which sets its clock right", async () => {
    expect(await (await clientOf()).config.maxAttempts()).toBe(2);
  });

  it("sends and checks no checksums but ours: some servers know none", async () => {
    const { requestChecksumCalculation, responseChecksumValidation } = (await clientOf()).config;
    expect([await requestChecksumCalculation(), await responseChecksumValidation()]).toEqual([
      "WHEN_REQUIRED",
      "WHEN_REQUIRED",
    ]);
  });
});

describe("the connections of a link to S3", () => {
  let server: Server;
  let endpoint = "";
  beforeEach(async () => {
    server = createServer({ keepAliveTimeout: 60_000 }, (_, answer) => answer.end("<ListBucketResult/>"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // It listens on a port.
    vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "of no worth");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });

  const open = () => promisify(server.getConnections.bind(server))();

  it("are waited for 5 s, an answer 30 s; none is left when the link is closed", async () => {
    const link = new S3Link({ ...address, endpoint });
    await link.patiently("list", async (client) => {
      await client.send(new ListObjectsV2Command({ Bucket: "blobs" }));
      // The handler has this method; the SDK's type of it has not.
      const handler = client.config.requestHandler as unknown as { httpHandlerConfigs(): object };
      expect(handler.httpHandlerConfigs()).toMatchObject({ connectionTimeout: 5_000, socketTimeout: 30_000 });
    });
    expect(await open()).toBe(1);
    link.close();
    await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 20_000, interval: 10 });
  });
});
