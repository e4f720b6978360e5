import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readConfig } from "../src/config.js";

const schema = z.strictObject({
  listen: z.string().default("127.0.0.1:0"),
  log: z.string().describe("file:PATH"),
  engine: z.enum(["wasm", "node"]).default("wasm"),
  maxMessageBytes: z.coerce.number().int().min(1).default(1024),
});

const prefix = "BNAS_";
const env = { BNAS_LOG: "file:facts.jsonl", PATH: "/bin", HOME: undefined };

const refusal = (sources: Partial<Parameters<typeof readConfig>[1]>): InvalidInput => {
  try {
    readConfig(schema, { env, prefix, ...sources });
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("readConfig", () => {
  it("takes settings from the environment by their names in capitals, and defaults for the rest", () => {
    expect(readConfig(schema, { env: { ...env, BNAS_MAX_MESSAGE_BYTES: "2048" }, prefix })).toEqual({
      listen: "127.0.0.1:0",
      log: "file:facts.jsonl",
      engine: "wasm",
      maxMessageBytes: 2048,
    });
  });

  it("prefers flags to the environment and the environment to the file", () => {
    const file = { log: "file:of-file", listen: "file:1", engine: "node" };
    const flags = { listen: "flag:1", engine: undefined };
    expect(readConfig(schema, { env: { ...env, BNAS_LISTEN: "env:1" }, prefix, file, flags })).toMatchObject({
      log: "file:facts.jsonl",
      listen: "flag:1",
      engine: "node",
    });
  });

  it("names a bad value by the name it was given under, with what is allowed", () => {
    expect(refusal({ env: { ...env, BNAS_ENGINE: "gpu" } })).toMatchObject({
      field: "BNAS_ENGINE",
      value: "gpu",
      allowed: "one of wasm, node",
    });
    expect(refusal({ file: { engine: 3 } })).toMatchObject({ field: "engine", value: 3 });
    expect(refusal({ flags: { maxMessageBytes: 0 } })).toMatchObject({ field: "--max-message-bytes", value: 0 });
  });

  it("names a setting that is missing by its variable, with what the schema says of it", () => {
    expect(refusal({ env: {} })).toMatchObject({ field: "BNAS_LOG", value: undefined, allowed: "file:PATH" });
    expect(refusal({ env: {} }).hint).toBe("Set BNAS_LOG in the environment, or --log on the command line.");
  });

  it("refuses a name that no setting has, and gives the nearest one", () => {
    expect(refusal({ env: { ...env, BNAS_LISTN: "x" } })).toMatchObject({
      field: "BNAS_LISTN",
      hint: "Did you mean BNAS_LISTEN?",
    });
    expect(refusal({ file: { enigne: "node" } })).toMatchObject({ field: "enigne", hint: "Did you mean engine?" });
    expect(refusal({ flags: { lisen: "x" } })).toMatchObject({ field: "--lisen", hint: "Did you mean --listen?" });
  });

  it("minds neither the log level and the engine's place, which every process may be given, nor what Kubernetes sets for Services of like names", () => {
    const others = {
      BNAS_LOG_LEVEL: "debug",
      BNAS_ENGINE_DIR: "/opt/bnas/engine",
      BNAS_GPU_FALLBACK: "cpu",
      BNAS_DATASET_SERVICE_HOST: "10.0.0.1",
      BNAS_DATASET_SERVICE_PORT_GRPC: "50051",
      BNAS_DATASET_PORT: "tcp://10.0.0.1:50051",
      BNAS_DATASET_PORT_50051_TCP: "tcp://10.0.0.1:50051",
      BNAS_DATASET_PORT_50051_TCP_ADDR: "10.0.0.1",
    };
    expect(readConfig(schema, { env: { ...env, ...others }, prefix })).not.toHaveProperty("logLevel");
  });
});
