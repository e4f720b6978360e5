import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { certificate, key, kubeconfigOf } from "./authority.js";
import { cgroup } from "./control-groups.js";
import type { Daemon } from "./control-plane.js";
import { link, node, pods, services, state } from "./layout.js";

const folder = join(state, "node");

/** Where volumes are, as the node sees it. */
const volumes = "/var/lib/bnas-volumes";
export const pauseImage = "bnas.dev/pause:cluster";

/** Files that the daemons of the node read. */
export async function configureNode(): Promise<void> {
  await mkdir(join(folder, "net.d"), { recursive: true });
  const files = {
    "containerd.toml": containerd,
    "kubelet.yaml": JSON.stringify(kubelet),
    "kube-proxy.yaml": JSON.stringify(proxy),
    "net.d/10-pods.conflist": JSON.stringify(network),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
}

const containerd = `
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # Nothing here has CAP_SYS_RESOURCE in a container, and every sandbox fails without it.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;

const network = {
  cniVersion: "1.0.0",
  name: "pods",
  plugins: [
    {
      type: "bridge",
      bridge: "pods0",
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: { type: "host-local", ranges: [[{ subnet: pods }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

const kubelet = {
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: certificate("ca") },
  },
  authorization: { mode: "Webhook" },
  tlsCertFile: certificate("kubelet-server"),
  tlsPrivateKeyFile: key("kubelet-server"),
  containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${cgroup}`,
  failSwapOn: false,
  resolvConf: "",
  clusterDomain: "cluster.local",
  clusterDNS: [services.dns],
  evictionHard: { "memory.available": "1%", "nodefs.available": "1%", "imagefs.available": "1%" },
  // Images come by hand: those that go do not come back.
  imageGCHighThresholdPercent: 100,
  serializeImagePulls: false,
  maxPods: 250,
};

const proxy = {
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: "iptables",
  clientConnection: { kubeconfig: kubeconfigOf("kube-proxy") },
  hostnameOverride: node,
  clusterCIDR: pods,
  // The limits of connection tracking are the machine's, and not to be changed from a namespace.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
};

export const runtime = (): Daemon => ({ binary: "containerd", args: ["--config", join(folder, "containerd.toml")] });

/** What talks to the API server for the node. */
export const nodeDaemons = (binaries: string): readonly Daemon[] => [
  {
    binary: join(binaries, "kubelet"),
    args: [
      `--config=${join(folder, "kubelet.yaml")}`,
      `--kubeconfig=${kubeconfigOf("kubelet")}`,
      `--hostname-override=${node}`,
      `--node-ip=${link.there}`,
    ],
  },
  { binary: join(binaries, "kube-proxy"), args: [`--config=${join(folder, "kube-proxy.yaml")}`] },
  {
    binary: join(binaries, "volumes"),
    args: [`--kubeconfig=${kubeconfigOf("volumes")}`, `--node=${node}`, `--folder=${volumes}`],
  },
  { binary: join(binaries, "kwok"), args: [`--kubeconfig=${kubeconfigOf("kwok")}`, "--nodes=type=kwok"] },
];

/** It looks for its node once, so it starts when there is one. */
export const networkPolicy = (binaries: string): Daemon => ({
  binary: join(binaries, "network-policy"),
  args: [`--kubeconfig=${kubeconfigOf("network-policy")}`, `--node=${node}`, `--services=${services.range}`],
});
