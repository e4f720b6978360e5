import { join } from "node:path";
import { certificate, key, kubeconfigOf } from "./authority.js";
import { link, pods, services } from "./layout.js";

/** Programs and their arguments, in the order in which they start. */
export type Daemon = { readonly binary: string; readonly args: readonly string[] };

export const etcd = (binaries: string): Daemon => ({
  binary: join(binaries, "etcd"),
  args: [
    "--data-dir=/var/lib/etcd/data",
    ...["--listen-client-urls", "--advertise-client-urls"].map((flag) => `${flag}=http://127.0.0.1:2379`),
    "--listen-peer-urls=http://127.0.0.1:2380",
    // Its folder is in memory.
    "--unsafe-no-fsync",
  ],
});

export const apiServer = (binaries: string): Daemon => ({
  binary: join(binaries, "kube-apiserver"),
  args: [
    "--etcd-servers=http://127.0.0.1:2379",
    `--advertise-address=${link.there}`,
    `--service-cluster-ip-range=${services.range}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--allow-privileged=true",
    // Nothing here knows the node's name in a DNS.
    "--kubelet-preferred-address-types=InternalIP",
    `--kubelet-certificate-authority=${certificate("ca")}`,
    `--kubelet-client-certificate=${certificate("kube-apiserver-kubelet-client")}`,
    `--kubelet-client-key=${key("kube-apiserver-kubelet-client")}`,
    `--client-ca-file=${certificate("ca")}`,
    `--tls-cert-file=${certificate("kube-apiserver")}`,
    `--tls-private-key-file=${key("kube-apiserver")}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${key("service-account")}`,
    `--service-account-signing-key-file=${key("service-account")}`,
    `--requestheader-client-ca-file=${certificate("front-proxy-ca")}`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${certificate("front-proxy-client")}`,
    `--proxy-client-key-file=${key("front-proxy-client")}`,
  ],
});

export const controllerManager = (binaries: string): Daemon => {
  const kubeconfig = kubeconfigOf("kube-controller-manager");
  return {
    binary: join(binaries, "kube-controller-manager"),
    args: [
      ...["--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"].map(
        (flag) => `${flag}=${kubeconfig}`,
      ),
      "--leader-elect=false",
      "--use-service-account-credentials=true",
      `--service-account-private-key-file=${key("service-account")}`,
      `--root-ca-file=${certificate("ca")}`,
      `--cluster-signing-cert-file=${certificate("ca")}`,
      `--cluster-signing-key-file=${key("ca")}`,
      `--cluster-cidr=${pods}`,
      `--service-cluster-ip-range=${services.range}`,
      // Tests wait for what it does after a node is lost.
      "--node-monitor-grace-period=20s",
    ],
  };
};

export const scheduler = (binaries: string): Daemon => {
  const kubeconfig = kubeconfigOf("kube-scheduler");
  return {
    binary: join(binaries, "kube-scheduler"),
    args: [
      ...["--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"].map(
        (flag) => `${flag}=${kubeconfig}`,
      ),
      "--leader-elect=false",
    ],
  };
};
