import { connect, silentLogger } from "@bnas/mesh";
import { SearchServiceDefinition } from "@bnas/proto";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { KubeApi } from "../../services/operator/src/kube/kube-api.js";
import { MeshClient } from "../../services/operator/src/mesh-client.js";
import { Operator } from "../../services/operator/src/operator.js";
import { readTrainerTemplate } from "../../services/operator/src/trainer-template.js";
import { startMesh } from "./operator-mesh.js";
import { admin, install, kubeConfig, makeNamespace, trainerTemplate } from "./operator-rig.js";
it("returns", async () => {
  const api = admin();
  const ns = await makeNamespace(api);
  await install(api, ns);
  const mesh = await startMesh();
  const template = await readTrainerTemplate(trainerTemplate());
  let slow = 0;
  await Promise.all(Array.from({ length: 10 }, async () => {
    for (let i = 0; i < 25; i++) {
      const stop = new AbortController();
      const kube = new KubeApi(kubeConfig());
      const pruner = connect(SearchServiceDefinition, mesh.address);
      const op = new Operator(kubeConfig(), kube, new MeshClient(pruner.client), { namespaces: [ns], template, images: [], maxTrainers: 0, pollSeconds: 0.2, idleSeconds: 2, startSeconds: 0, stallSeconds: 900, identity: "o", logger: silentLogger, clock: () => new Date() });
      const done = op.lead(stop.signal);
      await pause(Math.random() * 1500);
      stop.abort();
      const t = performance.now();
      const ok = await Promise.race([done.then(() => true), pause(20000).then(() => false)]);
      if (!ok) { slow++; console.log("HUNG", i, op.cluster.asked, op.cluster.synced); }
      else if (performance.now() - t > 3000) console.log("slow", performance.now() - t);
      pruner.close(); kube.close();
    }
  }));
  expect(slow).toBe(0);
}, 580000);
