import { defineService, type RunningService, type ServiceTools } from "@bnas/process";
import { SearchServiceDefinition } from "@bnas/proto";
import { connect, serveRpc } from "@bnas/rpc";
import { clientTls, serverTls } from "@bnas/tls";
import { KubeConfig } from "@kubernetes/client-node";
import { Operator } from "./act/operator.js";
import { type OperatorConfig, operatorConfig } from "./config.js";
import { KubeApi } from "./kube/kube-api.js";
import { LeaderLease } from "./kube/lease.js";
import { MeshClient } from "./see/mesh-client.js";
import { readTrainerTemplate } from "./trainer/trainer-template.js";

const start = async (config: OperatorConfig, { logger, recorder, clock }: ServiceTools): Promise<RunningService> => {
  const template = await readTrainerTemplate(config.trainerTemplate);
  const kube = new KubeConfig();
  kube.loadFromDefault();
  const api = new KubeApi(kube);
  const pruner = connect(SearchServiceDefinition, config.pruner, {
    tls: clientTls(config),
    tokenFile: config.tokenFile,
    logger,
    recorder,
  });
  const rpc = await serveRpc({ listen: config.listen, services: [], logger, recorder, tls: serverTls(config) });

  const stopping = new AbortController();
  const lease = new LeaderLease(api, {
    namespace: config.leaseNamespace,
    name: config.leaseName,
    identity: config.identity,
    logger,
    clock,
  });
  const leading = lease.run(stopping.signal, async (signal) => {
    const operator = new Operator(kube, api, new MeshClient(pruner.client), {
      ...config,
      namespaces: listed(config.watchNamespaces, [""]),
      images: listed(config.trainerImages, []),
      template,
      logger,
      clock,
      onReconciled: (seconds) => recorder.measure("bnas.reconcile.duration", seconds),
    });
    const unobserve = recorder.observe("bnas.trainers", () =>
      Object.entries(operator.cluster.trainersByState()).map(([state, value]) => ({
        value,
        attributes: { "bnas.trainer.state": state },
      })),
    );
    await operator.lead(signal);
    unobserve();
  });

  return {
    address: rpc.address,
    failed: leading,
    async drain() {
      stopping.abort();
      await leading;
      await rpc.drain();
      pruner.close();
      api.close();
    },
  };
};

/** An operator answers health checks at once, and serves ArchitectureSearch objects whenever it leads. */
export const operator = defineService({
  name: "operator",
  does: "Makes Kubernetes run searches: it serves ArchitectureSearch objects, starts and ends their trainers.",
  config: operatorConfig,
  start,
});

/** `a, b` */
const listed = (text: string, otherwise: readonly string[]): readonly string[] => {
  const words = text.split(",").map((word) => word.trim());
  const given = words.filter((word) => word !== "");
  return given.length === 0 ? otherwise : given;
};
