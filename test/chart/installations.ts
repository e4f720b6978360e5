import type { Values } from "./rendered.js";

/** Ways to install the chart, each of which takes another path through the templates. */
export const installations: Readonly<Record<string, Values>> = {
  "as it comes": {},
  "for production": {
    operator: { replicas: 2 },
    dataset: {
      replicas: 2,
      cacheMib: 16384,
      volumes: [
        { name: "cifar", mountPath: "/data/cifar10", source: { persistentVolumeClaim: { claimName: "cifar10" } } },
      ],
    },
    pruner: {
      replicas: 2,
      tokens: { existingSecret: "bnas-tokens" },
      quotas: { "*": { searches: 5 }, "team-a": { searches: 0, gpuSeconds: 3_600_000, blobBytes: 50_000_000_000 } },
    },
    evaluator: { replicas: 2, engine: "node" },
    nats: { replicas: 3, auth: { existingSecret: "bnas-nats-users" } },
    tls: { mode: "cert-manager", mutual: true },
    serviceTokens: { existingSecret: "bnas-service-tokens" },
    telemetry: {
      collector: { enabled: true },
      serviceMonitor: { enabled: true },
      prometheusRule: { enabled: true },
      dashboard: { enabled: true },
    },
    networkPolicy: { clients: [{ namespaceSelector: { matchLabels: { team: "vision" } } }] },
  },
  "for two teams": { operator: { namespaces: ["team-a", "team-b"] } },
  "for every namespace": {
    operator: { clusterWide: true, namespaces: ["team-a"], trainerImages: ["registry.example/*"] },
  },
  "without an operator": { operator: { enabled: false }, trainer: { replicas: 2 } },
  "with blobs in S3": {
    store: {
      kind: "s3",
      s3: {
        bucket: "blobs",
        prefix: "mesh",
        endpoint: "http://s3.storage:9000",
        pathStyle: true,
        existingSecret: "s3",
      },
    },
  },
  "with blobs on a claim": { store: { kind: "volume" }, trainer: { replicas: 1 } },
  "on a NATS that is there": {
    nats: { enabled: false, external: { servers: ["nats-0.nats:4222", "nats-1.nats:4222"] } },
  },
  "with given certificates": { tls: { mode: "existing", existing: { default: "bnas-tls", nats: "nats-tls" } } },
  "with KEDA": { dataset: { autoscaling: { kind: "keda" } }, evaluator: { autoscaling: { kind: "keda", min: 0 } } },
  "with HPA": { dataset: { autoscaling: { kind: "hpa" } }, evaluator: { autoscaling: { kind: "hpa" } } },
  "with GPU trainers that all share": {
    trainer: {
      replicas: 2,
      engine: "gpu",
      resources: { requests: {}, limits: { memory: "8Gi", "nvidia.com/gpu": 1 } },
    },
  },
  "with a collector outside": { telemetry: { endpoint: "http://collector.monitoring:4318" } },
  "under other names": {
    fullnameOverride: "search",
    commonLabels: { team: "vision" },
    image: { registry: "registry.example/mirror", digest: `sha256:${"0".repeat(64)}` },
  },
  "from a mirror of all images": {
    global: { imageRegistry: "mirror.example/all" },
    telemetry: { collector: { enabled: true } },
  },
  "without a disk, policies and budgets": {
    nats: { storage: { persistent: false } },
    networkPolicy: { enabled: false },
    podDisruptionBudgets: { enabled: false },
    topologySpread: { enabled: false },
    crds: { install: false },
  },
};
