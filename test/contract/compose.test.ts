import { existsSync, readFileSync } from "node:fs";
import { dataset } from "@bnas/dataset";
import { evaluator } from "@bnas/evaluator";
import { readConfig } from "@bnas/process";
import { pruner } from "@bnas/pruner";
import { trainer } from "@bnas/trainer";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const folder = new URL("../../deploy/compose/", import.meta.url);

type Mounted = { readonly source: string; readonly target: string } | string;
type Service = {
  readonly environment?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly secrets?: readonly Mounted[];
  readonly volumes?: readonly string[];
  readonly configs?: readonly Mounted[];
  readonly profiles?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly deploy?: {
    readonly resources: {
      readonly limits: { readonly memory?: string; readonly pids?: number };
      readonly reservations?: object;
    };
  };
};
type File = {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
};

// The shape that the tests below look at; what is not so fails them.
const read = (name: string): File => parse(readFileSync(new URL(name, folder), "utf8"), { merge: true }) as File;
const plain = read("compose.yaml");
const tls = read("compose.tls.yaml");

const schemas = {
  dataset: dataset.config,
  pruner: pruner.config,
  evaluator: evaluator.config,
  trainer: trainer.config,
  "trainer-gpu": trainer.config,
};
const ours = Object.keys(schemas) as (keyof typeof schemas)[];

/** Where a file of a service lies in its container. */
const places = ({ secrets = [] }: Service): readonly string[] =>
  secrets.map((one) => {
    const target = typeof one === "string" ? one : one.target;
    return target.startsWith("/") ? target : `/run/secrets/${target}`;
  });

/** Where a volume of a service lies in its container. */
const volumesOf = ({ volumes = [] }: Service): readonly string[] =>
  volumes.map((volume) => volume.replace(/:ro$/, "").split(":").at(-1) ?? "");

describe("deploy/compose", () => {
  it.each(ours)("gives %s only settings that it has, with or without TLS, and each file that they name", (name) => {
    const service = plain.services[name] ?? {};
    const more = tls.services[name] ?? {};
    for (const added of [{}, more]) {
      const env = { ...service.environment, ...added.environment };
      const config = readConfig(schemas[name], { env, prefix: "BNAS_" });
      expect(config.listen).toMatch(/^0\.0\.0\.0:\d+$/);
      const named = Object.values(env).filter((value) => value.startsWith("/"));
      const mounted = [...places(service), ...places(added), ...volumesOf(service)];
      expect(mounted).toEqual(expect.arrayContaining(named));
    }
  });

  it("runs of each service its own program", () => {
    for (const name of ours) {
      const [node, main = ""] = plain.services[name]?.entrypoint ?? [];
      expect(node).toBe("node");
      expect(main).toBe(`services/${name.replace("-gpu", "")}/dist/main.js`);
    }
  });

  it("gives each service its own user of NATS, and no other", () => {
    for (const name of ours.filter((one) => one !== "dataset")) {
      const secrets = plain.services[name]?.secrets ?? [];
      expect(secrets).toEqual([{ source: name.replace("-gpu", ""), target: "nats" }]);
    }
    expect(plain.services.dataset?.secrets).toBeUndefined();
  });

  it("has secrets in files alone, which are in no repository", () => {
    for (const { secrets } of [plain, tls]) {
      for (const { file } of Object.values(secrets)) expect(file).toMatch(/^\.\/secrets\//);
    }
    expect(readFileSync(new URL(".gitignore", folder), "utf8")).toContain("secrets/");
  });

  it("configures NATS by the files of deploy/nats, beside each other as they include each other", () => {
    for (const { configs } of [plain, tls]) {
      for (const { file } of Object.values(configs)) expect(existsSync(new URL(file, folder)), file).toBe(true);
    }
    const nats = [...(plain.services.nats?.configs ?? []), ...(tls.services.nats?.configs ?? [])];
    for (const one of nats) expect(one).toMatchObject({ target: expect.stringMatching(/^\/etc\/nats\/[\w-]+\.conf$/) });
    expect(places(plain.services.nats ?? {})).toEqual(["/etc/nats/passwords.conf"]);
  });

  it("looks after the health of everything, bounds it, and lets it write nowhere", () => {
    for (const [name, service] of Object.entries(plain.services)) {
      expect(service.healthcheck?.test[0], name).toBe("CMD");
      expect(service.deploy?.resources.limits, name).toMatchObject({
        memory: expect.any(String),
        pids: expect.any(Number),
      });
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
      });
    }
  });

  it("asks for a GPU only where it is asked to", () => {
    for (const [name, { profiles, deploy }] of Object.entries(plain.services)) {
      const wantsGpu = deploy?.resources.reservations !== undefined;
      expect(wantsGpu).toBe(name === "trainer-gpu");
      expect(profiles).toEqual(wantsGpu ? ["gpu"] : undefined);
    }
  });
});
