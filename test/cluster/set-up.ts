import { delimiter } from "node:path";
import { clusterBinaries } from "./binaries.js";
import { useCluster } from "./kubernetes.js";
import { kubeconfig } from "./layout.js";

/**
 * Before the tests of the cluster, once: without a cluster of your own, one is brought up, with KUBECONFIG, kubectl and helm as in
 * a shell. Where it cannot be, KUBECONFIG stays unset, and tests name themselves skipped.
 */
export default async function setUp(): Promise<void> {
  const use = await useCluster();
  if ("reason" in use) {
    console.warn(use.reason);
    return;
  }
  if (use.cluster.kubeconfig === kubeconfig)
    process.env.PATH = `${await clusterBinaries()}${delimiter}${process.env.PATH}`;
  process.env.KUBECONFIG = use.cluster.kubeconfig;
  console.log(`Testing on the cluster of ${use.cluster.kubeconfig}`);
}
