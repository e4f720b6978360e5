import { describe, expect, it } from "vitest";
import { jobNameOf, searchIdOfObject } from "../src/status/search-id.js";
import { trainerJob, trainerPod } from "../src/trainer/trainer-job.js";
import { parseTrainerTemplate } from "../src/trainer/trainer-template.js";
import { anObject, now } from "./build-observed.js";

const text = `
images: { wasm: registry/services:1, node: registry/trainer:1, gpu: registry/trainer-gpu:1 }
engine: wasm
template:
  metadata: { labels: { app.kubernetes.io/component: trainer } }
  spec:
    serviceAccountName: trainer
    containers:
      - name: trainer
        env: [{ name: BNAS_LOG, value: "nats://nats:4222" }, { name: BNAS_ENGINE, value: cpu }]
        resources: { limits: { memory: 5Gi } }
      - name: sidecar
        image: other
`;
const template = parseTrainerTemplate(text, "trainer.yaml");

type Container = {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly resources: object;
};
const built = (spec: object = {}, allowed: readonly string[] = []) => {
  const object = anObject({ spec });
  const pod = trainerPod(object, template, { allowed, idleSeconds: 60 });
  const job = trainerJob(object, pod, { slot: 2, name: "first-2" }) as {
    readonly metadata: { readonly name: string; readonly labels: object; readonly ownerReferences: readonly object[] };
    readonly spec: object & {
      readonly template: { readonly metadata: object; readonly spec: { readonly containers: readonly Container[] } };
    };
  };
  const [trainer] = job.spec.template.spec.containers;
  if (trainer === undefined) throw new Error("no container");
  return {
    job,
    trainer,
    digest: pod.digest,
    env: Object.fromEntries(trainer.env.map(({ name, value }) => [name, value])),
  };
};

describe("the Job of a trainer", () => {
  it("trains for its search alone, with the engine and image that belong together", () => {
    expect(built().env).toEqual({
      BNAS_LOG: "nats://nats:4222",
      BNAS_ENGINE: "wasm",
      BNAS_SEARCH: "first-0a1b2c3d",
      BNAS_IDLE_SECONDS: "60",
    });
    expect(built().trainer.image).toBe("registry/services:1");
    expect(built({ trainers: { engine: "node" } }).trainer.image).toBe("registry/trainer:1");
  });

  it("takes the engine gpu where GPUs are asked for and none is named", () => {
    const { env, trainer } = built({ trainers: { resources: { limits: { "nvidia.com/gpu": 1 } } } });
    expect([env.BNAS_ENGINE, trainer.image]).toEqual(["gpu", "registry/trainer-gpu:1"]);
    expect(trainer.resources).toEqual({ limits: { "nvidia.com/gpu": 1 } });
  });

  it("keeps what the platform team wrote, and puts over it where the manifest wants it to run", () => {
    const where = {
      nodeSelector: { pool: "gpu" },
      tolerations: [{ key: "spot", operator: "Exists" }],
      priorityClassName: "low",
    };
    const { job } = built({ trainers: where });
    expect(job.spec.template.spec).toMatchObject({ serviceAccountName: "trainer", restartPolicy: "Never", ...where });
    expect(job.spec.template.metadata).toMatchObject({
      labels: { "app.kubernetes.io/component": "trainer", "bnas.dev/search": "first-0a1b2c3d" },
    });
  });

  it("ends by itself when it has been idle for long, unless the manifest wants some to stay", () => {
    expect(built({ trainers: { min: 0, max: 2 } }).env.BNAS_IDLE_SECONDS).toBe("60");
    expect(built({ trainers: { min: 1, max: 2 } }).env.BNAS_IDLE_SECONDS).toBe("0");
  });

  it("belongs to its object, has its slot, and never has two pods", () => {
    const { job } = built();
    expect(job.metadata.labels).toMatchObject({ "bnas.dev/slot": "2" });
    expect(job.metadata.ownerReferences).toEqual([
      expect.objectContaining({ kind: "ArchitectureSearch", name: "first", controller: true }),
    ]);
    expect(job.spec).toMatchObject({ parallelism: 1, completions: 1, podReplacementPolicy: "Failed" });
  });

  it("does not count a preempted or evicted pod as a failure", () => {
    expect(built().job.spec).toMatchObject({
      podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }] },
    });
  });

  it("has Kueue's label only when a queue is named, and says nothing of suspend, which is Kueue's to say", () => {
    expect(built({ queueName: "gpus" }).job.metadata.labels).toMatchObject({ "kueue.x-k8s.io/queue-name": "gpus" });
    expect(Object.keys(built().job.metadata.labels)).not.toContain("kueue.x-k8s.io/queue-name");
    expect(built({ queueName: "gpus" }).job.spec).not.toHaveProperty("suspend");
  });

  it("has another digest when anything of its pod or its queue differs, and the same when nothing does", () => {
    const digests = [{}, { queueName: "gpus" }, { trainers: { nodeSelector: { a: "b" } } }].map(
      (spec) => built(spec).digest,
    );
    expect(new Set(digests).size).toBe(3);
    expect(built().digest).toBe(built({ trainers: { min: 2, max: 3 } }).digest);
  });

  it("takes an image of the manifest only where the platform team allows it", () => {
    const asked = { trainers: { image: "registry/mine:2" } };
    expect(() => built(asked)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(() => built(asked, ["registry/other:2"])).toThrow(/spec\.trainers\.image/);
    expect(built(asked, ["registry/mine:2"]).trainer.image).toBe("registry/mine:2");
    expect(built(asked, ["registry/*"]).trainer.image).toBe("registry/mine:2");
  });
});

describe("the template of trainers", () => {
  it.each([
    [
      "no container trainer",
      text.replace("name: trainer\n        env", "name: other\n        env"),
      /container named trainer/,
    ],
    ["no image for its engine", text.replace("wasm: registry/services:1, ", ""), /images\.wasm is missing/],
    ["a field that does not exist", `${text}\nimage: x`, /image/],
    ["broken YAML", "a: [", /YAML/],
  ])("is refused with %s, by the setting and the place", (_, bad, says) => {
    expect(() => parseTrainerTemplate(bad, "trainer.yaml")).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(() => parseTrainerTemplate(bad, "trainer.yaml")).toThrow(says);
  });
});

describe("the id of the search of an object", () => {
  it("can name a search, a Job and a label, however long and dotted the name of the object", () => {
    for (const name of ["a", "first", "a.b-c", `${"x".repeat(49)}-y`, `${"a.".repeat(126)}z`]) {
      const id = searchIdOfObject(anObject({ metadata: { name } }));
      expect(id).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      expect(jobNameOf(id, 1023, Date.parse("2050-01-01")).length).toBeLessThanOrEqual(63);
    }
  });

  it("gives a Job a name that no Job of the slot had before: its pod could be owed to that one", () => {
    const id = searchIdOfObject(anObject());
    expect(jobNameOf(id, 0, now)).not.toBe(jobNameOf(id, 0, now + 1));
  });

  it("is another one for an object that is applied again", () => {
    const again = anObject({ metadata: { uid: "ffffffff-0000-4000-8000-000000000000" } });
    expect(searchIdOfObject(again)).not.toBe(searchIdOfObject(anObject()));
  });
});
