import { dataset } from "@bnas/dataset";
import { evaluator } from "@bnas/evaluator";
import { pruner } from "@bnas/pruner";
import { silentRecorder } from "@bnas/telemetry";
import { trainer } from "@bnas/trainer";
import { Command } from "commander";
import { describe, expect, it, vi } from "vitest";
import { SERVICES, type ServiceName, serveCommand } from "../src/commands/local/serve.js";
import { type ServeFlags, withServeFlags } from "../src/commands/local/serve-flags.js";
import type { Surroundings } from "../src/terminal/surroundings.js";

const services = [dataset, trainer, evaluator, pruner];
const command = () =>
  withServeFlags(new Command("serve"))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
const flagNamed = (name: string) => command().options.find((option) => option.attributeName() === name);

describe("the flags of bnas serve", () => {
  it("are for every service that it runs", () => {
    expect([...services.map(({ name }) => name), "all"]).toEqual(expect.arrayContaining([...SERVICES]));
  });

  it.each(services)("have one for every setting of the service: $name", ({ config }) => {
    for (const setting of Object.keys(config.shape)) expect(flagNamed(setting)?.attributeName()).toBe(setting);
  });

  it("stand below the name of a service that alone has them", () => {
    const named = (group: string) =>
      command()
        .options.filter(({ helpGroupHeading = "" }) => helpGroupHeading === group)
        .map((option) => option.attributeName());
    expect(named("Of the trainer:")).toEqual(["search", "idleSeconds"]);
    expect(named("Of the pruner:")).toEqual(["retention", "openJobs", "quotas", "ownersNamedBy"]);
    expect(named("Of the dataset:")).toEqual([
      "maxMessageBytes",
      "datasetMemoryMib",
      "datasetCache",
      "datasetCacheMib",
      "dataRoot",
    ]);
    expect(named("")).toEqual(
      expect.arrayContaining(["listen", "log", "store", "dataset", "engine", "tlsCert", "tokenFile"]),
    );
  });

  it("take a flag of paths several times, as its variable takes them", () => {
    const served = command().parse(["--data-root", "/a", "--data-root", "/b c"], { from: "user" });
    expect(served.opts().dataRoot).toBe("/a:/b c");
  });

  it("say in help what a value is, and what the setting says of itself", () => {
    const said = (name: string) => flagNamed(name)?.flags;
    const names = ["listen", "log", "tlsCert", "engineDir", "retention", "openJobs", "idleSeconds", "search"];
    expect(names.map(said)).toEqual([
      "--listen <host:port>",
      "--log <uri>",
      "--tls-cert <file>",
      "--engine-dir <folder>",
      "--retention <time>",
      "--open-jobs <n>",
      "--idle-seconds <n>",
      "--search <id>",
    ]);
    expect(flagNamed("retention")?.description).toBe("how long the facts of an ended search stay in the log");
  });

  it("take a free port of this machine where none is given, whatever a service takes by itself", () => {
    expect(command().parse([], { from: "user" }).opts()).toMatchObject({ listen: "127.0.0.1:0", engine: "wasm" });
  });
});

describe("bnas serve", () => {
  const serve = (name: ServiceName, words: readonly string[], here: Partial<Surroundings> = {}) => {
    const flags = command()
      .parse([...words], { from: "user" })
      .opts<ServeFlags>();
    return serveCommand(name, flags, {
      recorder: silentRecorder,
      env: {},
      out: () => {},
      note: () => {},
      status: undefined,
      interrupted: new AbortController().signal,
      takeInterrupts: () => {},
      outliveReader: () => {},
      flushed: async () => {},
      ...here,
    });
  };
  const refused = (name: ServiceName, ...words: string[]) => serve(name, words);
  const places = ["--log", "memory:", "--store", "memory:", "--dataset", "127.0.0.1:1"];

  it.each([
    ["pruner", "--retention", "7 days", "a number and s, m, h or d, such as 7d"],
    ["pruner", "--retention", "1234567s", "a number and s, m, h or d, such as 7d"],
    ["pruner", "--open-jobs", "0", "a whole number from 1 to 100000"],
    ["trainer", "--idle-seconds", "-1", "seconds from 0 to 86400"],
    ["trainer", "--search", "No Id", "1 to 63 lower-case letters, digits and '-'"],
    ["dataset", "--dataset-memory-mib", "8", "MiB from 16 to 4096"],
    ["all", "--retention", "7 days", "a number and s, m, h or d, such as 7d"],
    ["all", "--open-jobs", "many", "a whole number from 1 to 100000"],
    ["all", "--max-message-bytes", "1", "bytes from 65536 to 2147483647"],
  ] as const)(
    "%s refuses %s %s by the name of the flag, with what its setting takes",
    async (name, field, value, allowed) => {
      await expect(refused(name, ...places, field, value)).rejects.toMatchObject({
        code: "INVALID_INPUT",
        field,
        value,
        allowed,
      });
    },
  );

  it("says where a service listens, and runs it until it is stopped", async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const listens = new Promise<void>((resolve) => {
      const out = (line: string) => resolve(void lines.push(line));
      serve("dataset", [], { out, interrupted: stop.signal }).then((code) => lines.push(`ended with ${code}`));
    });
    await listens;
    expect(lines).toEqual([expect.stringMatching(/^dataset listens on 127\.0\.0\.1:\d+$/)]);
    stop.abort();
    await vi.waitFor(() => expect(lines[1]).toBe("ended with 0"), { timeout: 20_000 });
  });

  it("names what a service needs and was not given, with an example", async () => {
    await expect(refused("trainer", "--log", "memory:")).rejects.toMatchObject({
      field: "--store",
      hint: "for example --store dir:mesh/blobs",
    });
    await expect(refused("all", "--store", "memory:")).rejects.toMatchObject({ field: "--log" });
  });

  it("all refuses what is for one trainer, and one service refuses --trainers", async () => {
    for (const [field, value] of [
      ["--search", "seven"],
      ["--idle-seconds", "60"],
    ] as const) {
      await expect(refused("all", ...places, field, value)).rejects.toMatchObject({
        field,
        value,
        allowed: "only of `bnas serve trainer`",
      });
    }
    await expect(refused("trainer", ...places, "--trainers", "2")).rejects.toMatchObject({ field: "--trainers" });
  });
});
