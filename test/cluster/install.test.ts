import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Stored } from "@bnas/log";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, type Namespace, useCluster } from "./kubernetes.js";
import { probe } from "./probe.js";
import { Release } from "./release.js";
import { engineFolder, imageValues, natsImage, servicesImage, trainerImage } from "./release-images.js";
import { countBlobs, openReleaseMesh } from "./release-mesh.js";
import { onLaptop, ranOnLaptop, smallSearch } from "./small-search.js";

const use = await useCluster();
const skipped = "reason" in use;
const engine = await engineFolder();

describe.skipIf(skipped)(`the chart on a cluster${skipped ? ` (skipped: ${use.reason})` : ""}`, () => {
  // Only where the tests run at all.
  const cluster = "cluster" in use ? use.cluster : (undefined as unknown as Cluster);
  let home: Namespace;
  let stranger: Namespace;
  let release: Release;

  beforeAll(async () => {
    const services = await servicesImage();
    const images = [
      services,
      await natsImage(),
      ...(engine === undefined ? [] : [await trainerImage(services, engine)]),
    ];
    for (const image of images) await cluster.provide(image);
    [home, stranger] = await Promise.all([cluster.namespace("installed"), cluster.namespace("stranger")]);
    release = new Release(cluster, home.name);
  }, 1_200_000);
  afterAll(async () => {
    // While an operator is there to take off finalizers: a namespace with one never ends.
    await release?.kubectl("delete", "bsearch", "--all", "--timeout=60s").catch(() => {});
    await release?.uninstall();
    await home?.[Symbol.asyncDispose]();
    await stranger?.[Symbol.asyncDispose]();
  });

  /** What the pods are now: name and when they were made. */
  const pods = () =>
    release.kubectl("get", "pods", "--output=jsonpath={range .items[*]}{.metadata.uid} {.metadata.name}{'\\n'}{end}");
  const passwords = () => release.kubectl("get", "secret", "bnas-nats-users", "--output=jsonpath={.data}");

  /** The command line of a person whose kubectl is set up for the cluster. */
  const bnas = async (...args: readonly (string | readonly string[])[]): Promise<string> => {
    const program = fileURLToPath(new URL("../../cli/bin/bnas.js", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args.flat()], { env: release.env });
    return stdout;
  };

  /** Where a pod of a namespace gets through to, of all that the release serves. */
  const reached = async (namespace: string): Promise<readonly string[]> => {
    const addresses = ["nats:4222", "nats:8222", "pruner:7000", "dataset:7001", "evaluator:7002"];
    const tries = addresses.map(async (address) => {
      const [name, port] = address.split(":");
      return { address, ...(await probe(cluster, { namespace, args: ["dial", `bnas-${name}.${home.name}:${port}`] })) };
    });
    return (await Promise.all(tries)).filter(({ succeeded }) => succeeded).map(({ address }) => address);
  };

  it("is installed where Pod Security is restricted, and every pod is Ready", async () => {
    const began = performance.now();
    await release.upgrade(imageValues);
    console.log(`helm install, until every pod was Ready: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    const ready = await release.kubectl(
      "get",
      "pods",
      "--output=jsonpath={.items[*].status.containerStatuses[*].ready}",
    );
    expect(ready.split(" ")).toEqual(["true", "true", "true", "true", "true"]);
  });

  it("runs services that are not root, write nothing beside /tmp, are one process, and carry a list of their parts", async () => {
    const look = `
      const { readFileSync, readdirSync, writeFileSync } = require("fs");
      const tried = (path) => { try { writeFileSync(path, ""); return "written"; } catch ({ code }) { return code; } };
      const others = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid);
      const { bomFormat, components } = JSON.parse(readFileSync("sbom.cdx.json", "utf8"));
      console.log(JSON.stringify({
        user: process.getuid(), app: tried("/app/x"), tmp: tried("/tmp/x"), others, bomFormat,
        parts: components.map(({ group, name }) => (group ? group + "/" + name : name)),
      }));`;
    const exec = ["exec", "--namespace", home.name, "deployment/bnas-pruner", "--", "node", "-e", look];
    const found = JSON.parse(await cluster.kubectl(exec));
    expect(found).toMatchObject({ user: 65532, app: "EROFS", tmp: "written", others: ["1"], bomFormat: "CycloneDX" });
    expect(found.parts).toEqual(
      expect.arrayContaining(["@grpc/grpc-js", "@nats-io/jetstream", "@tensorflow/tfjs-core"]),
    );
    expect(found.parts).not.toContain("vitest");
  });

  it("is installed again without a change: the same passwords, and the same pods", async () => {
    const before = [await passwords(), await pods()];
    await release.upgrade(imageValues);
    expect([await passwords(), await pods()]).toEqual(before);
  });

  it("passes helm test: a whole search, from its manifest to its removal", async () => {
    const began = performance.now();
    const said = await release.helm("test", release.name, "--timeout", "500s");
    console.log(`helm test: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    expect(said).toContain("Phase:          Succeeded");
    expect(await release.objects()).not.toContain("pod/bnas-smoke-search");
    expect(await release.kubectl("get", "bsearch,jobs", "--output=name")).toBe("");
  });

  const engines = ["wasm", ...(engine === undefined ? [] : ["node"])];
  it.each(engines)("searches on the engine %s to the genotype that a laptop finds by the same file", async (name) => {
    // Evaluated by the engine that trains, as a laptop does.
    await release.upgrade({ ...imageValues, evaluator: { engine: name } });
    const search = smallSearch(`on-${name}`, name);
    const began = Date.now();
    await cluster.kubectl(["apply", "--namespace", home.name, "--filename=-"], JSON.stringify(search));
    await release.kubectl("wait", `bsearch/on-${name}`, "--for=condition=Succeeded", "--timeout=400s");
    const searchId = await release.kubectl("get", "bsearch", `on-${name}`, "--output=jsonpath={.status.searchId}");
    {
      await using mesh = await openReleaseMesh(release);
      console.log(timesOf(name, began, await mesh.log.read(`bnas.search.${searchId}.>`)));
      expect(await countBlobs(mesh.store)).toBeGreaterThan(0);
    }
    const found = await release.kubectl("get", "bsearch", `on-${name}`, "--output=jsonpath={.status.genotype}");
    expect(found.trim()).toBe(await onLaptop(search, name));
  });

  it("trains the network of an answer, which a laptop brings home with its report, exports as bnn and classifies with", async () => {
    const train = { seeds: 1, cells: 3, channels: 4, epochs: 2, batch: 20 };
    const search = smallSearch("trained", "wasm", { train });
    await release.upgrade(imageValues);
    await cluster.kubectl(["apply", "--namespace", home.name, "--filename=-"], JSON.stringify(search));
    await release.kubectl("wait", "bsearch/trained", "--for=condition=Succeeded", "--timeout=400s");
    const searchId = await release.kubectl("get", "bsearch", "trained", "--output=jsonpath={.status.searchId}");
    await using laptop = await ranOnLaptop(search, "wasm");
    const brought = join(laptop.out, "brought");
    await bnas("artifacts", searchId, "--all", "--out", brought, "--kube", `${home.name}/bnas-pruner`);
    for (const file of ["model/model.safetensors", "genotype.txt"]) {
      expect(await readFile(join(brought, file)), file).toEqual(await readFile(join(laptop.out, file)));
    }
    expect(await readFile(join(brought, "report.html"), "utf8")).toContain("Derived network trained from scratch");
    const exported = join(laptop.out, "bnn");
    await bnas("export", brought, "--format", "bnn", "--out", exported);
    const picture = join(laptop.out, "example.png");
    const said = JSON.parse(await bnas("classify", join(exported, "model.bnn"), picture, "--json"));
    expect(said).toMatchObject(JSON.parse(await bnas("classify", laptop.out, picture, "--json")));
  });

  it("deletes a search with all that it made: no object, no fact but that it is deleted, and no blob are left", async () => {
    await release.kubectl("delete", "bsearch", "--all", "--timeout=60s");
    expect(await release.kubectl("get", "bsearch,jobs", "--output=name")).toBe("");
    await using mesh = await openReleaseMesh(release);
    expect(await countBlobs(mesh.store)).toBe(0);
    const kinds = (await mesh.log.read("bnas.search.>")).map(({ fact }) => fact.kind);
    // Those of the engines, the one that was trained, and that of helm test.
    expect(kinds).toEqual(Array(engines.length + 2).fill("search.deleted"));
  });

  it("keeps what pods of other namespaces reach to nothing, and says so by being open without its policies", async () => {
    expect(await reached(stranger.name)).toEqual([]);
    await release.upgrade({ ...imageValues, networkPolicy: { enabled: false } });
    // What enforces policies hears of it a moment later.
    await expect
      .poll(() => reached(stranger.name), { timeout: 120_000, interval: 2_000 })
      .toEqual(["nats:4222", "nats:8222", "pruner:7000", "dataset:7001", "evaluator:7002"]);
  });

  it("goes back to an earlier revision, with the passwords that it had and the policies of then", async () => {
    const before = await passwords();
    await release.rollback(2);
    expect(await passwords()).toBe(before);
    await expect.poll(() => reached(stranger.name), { timeout: 120_000, interval: 2_000 }).toEqual([]);
    expect(await release.helm("test", release.name, "--timeout", "500s")).toContain("Phase:          Succeeded");
  });

  it("becomes a mesh with three servers of NATS and TLS on every call, callers' certificates included", async () => {
    await release.uninstall();
    await release.kubectl("delete", "pvc", "--all");
    await using certificates = await certificatesFor(home.name);
    await release.kubectl(
      "create",
      "secret",
      "generic",
      "bnas-tls",
      ...certificates.files.map((file) => `--from-file=${file}`),
    );
    await release.upgrade({
      ...imageValues,
      nats: { ...imageValues.nats, replicas: 3, resources: { requests: { cpu: "50m" } } },
      operator: { replicas: 2 },
      pruner: { replicas: 2 },
      tls: { mode: "existing", mutual: true, existing: { default: "bnas-tls" } },
    });
    expect(await release.helm("test", release.name, "--timeout", "500s")).toContain("Phase:          Succeeded");

    const [cert = "", key = "", ca = ""] = certificates.files;
    const shown = ["--tls-ca", ca, "--tls-client-cert", cert, "--tls-client-key", key];
    const where = ["--kube", `${home.name}/bnas-pruner`];
    await bnas("submit", "--id", "asked", "--preset", "smoke", "--dataset", "shapes:", where, shown);
    expect(JSON.parse(await bnas("list", "--json", where, shown))).toMatchObject({ search: "asked", state: "running" });
    await bnas("delete", "asked", "--yes", where, shown);
    expect(await bnas("list", "--json", where, shown)).toBe("");
    await expect(bnas("list", where, "--tls-ca", ca)).rejects.toThrow(/--tls-client-cert/);
  });

  it("goes, and leaves the disks of NATS, what others have made, and the CustomResourceDefinition", async () => {
    await release.uninstall();
    await expect
      .poll(() => release.objects(), { timeout: 60_000, interval: 1_000 })
      .toEqual([
        "persistentvolumeclaim/data-bnas-nats-0",
        "persistentvolumeclaim/data-bnas-nats-1",
        "persistentvolumeclaim/data-bnas-nats-2",
        "secret/bnas-tls",
      ]);
    const ofCluster = await cluster.kubectl([
      "get",
      "clusterroles,clusterrolebindings",
      "--output=name",
      "--selector",
      `app.kubernetes.io/instance=${release.name}`,
    ]);
    expect(ofCluster).toBe("");
    expect(await cluster.kubectl(["get", "crd", "architecturesearches.bnas.dev", "--output=name"])).toContain(
      "architecturesearches",
    );
  });
});

/** What took how long, in a line. */
const timesOf = (engine: string, began: number, facts: readonly Stored[]): string => {
  const seconds = (kind: string) => {
    const [first] = facts.filter(({ fact }) => fact.kind === kind);
    return ((Date.parse(first?.time ?? "") - began) / 1000).toFixed(1);
  };
  const all = ((Date.now() - began) / 1000).toFixed(1);
  return `a search on ${engine}, seconds from apply: opened ${seconds("search.opened")}, first epoch trained ${seconds(
    "epoch.trained",
  )}, first sample trained ${seconds("sample.trained")}, finished ${seconds("search.finished")}, Succeeded seen ${all}`;
};

/** An authority, and one certificate for every name of a release in a namespace. */
const certificatesFor = async (namespace: string): Promise<{ readonly files: readonly string[] } & AsyncDisposable> => {
  const folder = await mkdtemp(join(tmpdir(), "bnas-tls-"));
  const run = promisify(execFile);
  const openssl = (...args: readonly string[]) =>
    run(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", ...args],
      { cwd: folder },
    );
  const names = ["nats", "dataset", "pruner", "evaluator", "trainer", "operator"].flatMap((name) => [
    `DNS:bnas-${name}`,
    `DNS:bnas-${name}.${namespace}`,
  ]);
  const all = [...names, `DNS:*.bnas-nats-peers.${namespace}`].join(",");
  await openssl("-subj", "/CN=bnas-ca", "-keyout", "ca.key", "-out", "ca.crt");
  const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE"];
  await openssl(
    "-subj",
    "/CN=bnas",
    ...signed,
    "-addext",
    `subjectAltName=${all}`,
    "-keyout",
    "tls.key",
    "-out",
    "tls.crt",
  );
  return {
    files: ["tls.crt", "tls.key", "ca.crt"].map((name) => join(folder, name)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
};
