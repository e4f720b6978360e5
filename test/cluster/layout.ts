import { join } from "node:path";
import { cache } from "../alone.js";

/** All that the running cluster has on the disk; its machine sees `lib`, `log` and `run` as /var/lib, /var/log and /run. */
export const state = join(cache, "cluster");
export const images = join(cache, "cluster-images");
export const kubeconfig = join(state, "kubeconfig");
export const containerd = join(state, "run", "containerd", "containerd.sock");

export const node = "bnas-mesh";
/** The link that joins this machine to the cluster's, and both addresses on it. */
export const link = { name: "bnas-mesh", here: "10.250.0.2", there: "10.250.0.1", bits: 30 } as const;
export const pods = "10.244.0.0/16";
export const services = { range: "10.96.0.0/16", api: "10.96.0.1", dns: "10.96.0.10" } as const;
export const api = `https://${link.there}:6443`;
