import { secureSettings } from "@bnas/tls";
import { z } from "zod";

const whole = (least: number, most: number, otherwise: number, unit: string) =>
  z.coerce.number().int().min(least).max(most).default(otherwise).describe(`${unit} from ${least} to ${most}`);

/** Settings of the operator, by environment: BNAS_<NAME>. The Kubernetes API is that of the pod, or of KUBECONFIG. */
export const operatorConfig = z.strictObject({
  /** host:port of this service, which answers health checks; port 0 takes a free one. */
  listen: z.string().default("127.0.0.1:0"),
  /** host:port of the pruner, which answers SearchService. */
  pruner: z.string().min(1).describe("host:port of the pruner"),
  /** Path of a file with the token that the pruner asks for, if it asks for one (docs/security.md). */
  tokenFile: z.string().min(1).optional().describe("the path of a file with a token"),
  /** Namespaces whose ArchitectureSearch objects it serves, with commas between; empty: every one. */
  watchNamespaces: z.string().default(""),
  /** Path of the YAML file that says how a trainer's pod looks (trainer-template.ts). */
  trainerTemplate: z.string().min(1).describe("the path of a YAML file with images and a pod template"),
  /** Images that a manifest may name in trainers.image, with commas between; one that ends in * allows what begins like it. */
  trainerImages: z.string().default(""),
  /** Trainers of all searches together, at most; 0 is no limit. */
  maxTrainers: whole(0, 100_000, 0, "a whole number"),
  /** Seconds that trainers without work are kept for the work that may come. */
  idleSeconds: whole(1, 86_400, 60, "seconds"),
  /** Seconds that a trainer takes to start: none is started for less work than this. */
  startSeconds: whole(0, 3600, 30, "seconds"),
  /** Seconds without a new fact, while trainers run, after which a search is said to be stalled. */
  stallSeconds: whole(10, 86_400, 900, "seconds"),
  /** Seconds between two looks at the searches of the pruner. */
  pollSeconds: z.coerce.number().min(0.1).max(60).default(1).describe("seconds from 0.1 to 60"),
  /** Namespace of the Lease by which one of several operators leads. */
  leaseNamespace: z.string().min(1).default("default").describe("the name of a namespace"),
  /** Name of that Lease: operators of one name share the work. */
  leaseName: z.string().min(1).default("bnas-operator").describe("the name of a Lease"),
  /** Who this operator is, in the Lease and in events: the name of its pod. */
  identity: z.string().min(1).describe("the name of the pod"),
  ...secureSettings,
});

export type OperatorConfig = z.infer<typeof operatorConfig>;
