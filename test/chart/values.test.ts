import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { chart, helmBinary, helmMissing } from "./helm.js";
import { type Values, withValues } from "./rendered.js";

/** Nests a value under a path with dots. */
const at = (path: string, value: unknown): Values =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;

/** Wrong values: where, what, and what of the path helm must name. */
const wrong: [path: string, value: unknown, named?: string][] = [
  ["imagez", {}, "imagez"],
  ["image.tag", "latest"],
  ["image.pullPolicy", "Sometimes"],
  ["image.digest", "sha256:abc"],
  ["image.repository", "UPPER/case"],
  ["imagePullSecrets", [{ nam: "x" }], "imagePullSecrets/0"],
  ["logLevel", "loud"],
  ["crds.instal", true, "instal"],
  ["topologySpread.whenUnsatisfiable", "Never"],
  ["operator.replicas", 0],
  ["operator.replicas", "two"],
  ["operator.namespaces", ["Team A"], "operator/namespaces/0"],
  ["operator.trainerImages", ["a, b"], "operator/trainerImages/0"],
  ["operator.stallSeconds", 1],
  ["dataset.memoryMib", 8],
  ["dataset.memoryMib", 1.5],
  ["dataset.cacheMib", 255],
  ["dataset.volumes", [{ name: "cifar", source: { emptyDir: {} } }], "dataset/volumes/0"],
  ["dataset.volumes", [{ name: "cifar", mountPath: "data", source: { emptyDir: {} } }], "dataset/volumes/0/mountPath"],
  [
    "dataset.volumes",
    [{ name: "cifar", mountPath: "/etc/x", source: { emptyDir: {} } }],
    "dataset/volumes/0/mountPath",
  ],
  ["dataset.autoscaling.kind", "magic"],
  ["dataset.autoscaling.min", 0],
  ["dataset.resources.limits", { memory: null }, "dataset/resources/limits"],
  ["dataset.resources.limits.memory", "lots"],
  ["pruner.tokens.existingSecret", "Has Spaces"],
  ["pruner.quotas", { "team-a": { searches: "many" } }, "pruner/quotas/team-a/searches"],
  ["pruner.quotas", { "team-a": { search: 1 } }, "pruner/quotas/team-a"],
  ["pruner.ownersNamedBy", ["a,b"], "pruner/ownersNamedBy/0"],
  ["pruner.terminationGracePeriodSeconds", 0],
  ["evaluator.engine", "cuda"],
  ["evaluator.replica", 2, "replica"],
  ["evaluator.extraEnv", [{ name: "A-B", value: "x" }], "evaluator/extraEnv/0/name"],
  ["trainer.engine", "cpu"],
  ["trainer.replicas", -1],
  ["nats.replicas", 2],
  ["nats.external.stream", "with spaces"],
  ["nats.storage.size", "big"],
  ["nats.external.servers", ["nats://host:4222"], "nats/external/servers/0"],
  ["nats.enabled", false, "nats/external/servers"],
  ["store.kind", "floppy"],
  ["store.kind", "s3", "store/s3/bucket"],
  ["store.s3.endpoint", "s3.example:9000"],
  ["store.s3.endpoint", "https://key:secret@s3.example"],
  ["store.s3.prefix", "/slash/"],
  ["store.volume.accessModes", ["ReadOnlyMany"], "store/volume/accessModes/0"],
  ["serviceTokens.existingSecret", "Has Spaces"],
  ["serviceTokens.secret", "tokens", "secret"],
  ["tls.mode", "on"],
  ["tls.certManager.duration", "90d"],
  ["tls.certManager.issuerRef.kind", "Vault"],
  ["tls.existing.noone", "x", "noone"],
  ["telemetry.endpoint", "collector:4318"],
  ["telemetry.metricIntervalMs", 10],
  ["telemetry.sampler", "sometimes"],
  ["telemetry.samplerArg", 2],
  ["telemetry.prometheusRule.runbookBase", "https://docs.example"],
  ["networkPolicy.enabled", "yes"],
  ["networkPolicy.clients", [{}], "networkPolicy/clients/0"],
  ["networkPolicy.apiServer.cidrs", ["everywhere"], "networkPolicy/apiServer/cidrs/0"],
  ["networkPolicy.apiServer.ports", [70000], "networkPolicy/apiServer/ports/0"],
  ["test.timeoutSeconds", 1],
];

describe.skipIf(helmBinary === undefined)(`a wrong value${helmMissing}`, () => {
  it.each(wrong)("%s: %j is refused, and named", async (path, value, named) => {
    const { ok, said } = await withValues(at(path, value), "template", "bnas", chart);
    expect(ok).toBe(false);
    // One version of helm writes the path with slashes, another with dots.
    const where = (named ?? path).replaceAll(".", "/");
    expect(said.replaceAll(/(?<=\w)\.(?=\w)/g, "/")).toContain(where);
  });

  it("that no schema can see is refused with what to do", async () => {
    const say = async (values: Values) =>
      (await withValues(values, "template", "bnas", chart, "--kube-version", "1.34.4")).said;
    expect(await say({ tls: { mode: "existing" } })).toMatch(
      /tls\.existing\.\w+ \(or tls\.existing\.default\): name the Secret/,
    );
    expect(
      await say({
        nats: { enabled: false, external: { servers: ["nats:4222"] } },
        evaluator: { autoscaling: { kind: "keda" } },
      }),
    ).toContain("nats.external.monitor: name host:port");
  });
});

describe("the schema of values", () => {
  const schema = JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8"));
  const values = parse(readFileSync(join(chart, "values.yaml"), "utf8"));

  type Node = { readonly [key: string]: Node };
  const resolve = (node: Node): Node => {
    const ref: unknown = node.$ref;
    return typeof ref === "string" ? (schema.$defs[ref.replace("#/$defs/", "")] ?? {}) : node;
  };

  it("takes nothing that values.yaml does not show, but for what has no value to show", () => {
    const hidden: string[] = [];
    const walk = (node: Node, shown: unknown, path: string): void => {
      for (const [key, inner] of Object.entries(resolve(node).properties ?? {})) {
        const has = typeof shown === "object" && shown !== null && key in shown;
        if (!has) hidden.push(`${path}${key}`);
        else walk(inner, (shown as Node)[key], `${path}${key}.`);
      }
    };
    walk(schema, values, "");
    // A volume and a variable are of lists, which are empty.
    expect(hidden.filter((path) => !path.endsWith(".tmpSize"))).toEqual([]);
  });

  it("closes every object that is not a map of the user's", () => {
    const open: string[] = [];
    const walk = (node: Node, path: string): void => {
      if (node.properties !== undefined && path !== "") {
        const closed: unknown = node.additionalProperties;
        const conditional = /\/(then|if)(\/|$)/.test(path);
        // global is helm's own: a chart that has this one as a part puts its values there.
        if (closed !== false && !conditional && path !== "/properties/global") open.push(path);
      }
      for (const [key, inner] of Object.entries(node)) {
        if (typeof inner === "object" && inner !== null) walk(inner, `${path}/${key}`);
      }
    };
    walk(schema, "");
    expect(open).toEqual([]);
  });
});
