import { listenSetting } from "@bnas/process";
import { fileSetting, secureSettings } from "@bnas/tls";
import { z } from "zod";

const whole = (least: number, most: number, otherwise: number, unit: string, describe: string) =>
  z.coerce
    .number()
    .int()
    .min(least)
    .max(most)
    .default(otherwise)
    .describe(describe)
    .meta({ allowed: `${unit} from ${least} to ${most}` });

const named = (what: string, describe: string) => z.string().min(1).describe(describe).meta({ allowed: what });

/** Settings of the operator: environment BNAS_<NAME>. The Kubernetes API is that of the pod, or of KUBECONFIG. */
export const operatorConfig = z.strictObject({
  listen: listenSetting("127.0.0.1:0"),
  pruner: named("host:port of the pruner", "Where the pruner answers SearchService."),
  tokenFile: fileSetting(
    "The token that the pruner asks for, if it asks for one (security.md).",
    "a file with a token",
  ),
  watchNamespaces: z
    .string()
    .default("")
    .describe("Namespaces whose ArchitectureSearch objects it serves; empty: every one.")
    .meta({ allowed: "names with commas between" }),
  trainerTemplate: named(
    "the path of a YAML file with images and a pod template",
    "How the pod of a trainer looks (services/operator/src/trainer/trainer-template.ts).",
  ),
  trainerImages: z
    .string()
    .default("")
    .describe("Images that a manifest may name in trainers.image; one that ends in * allows what begins like it.")
    .meta({ allowed: "images with commas between" }),
  maxTrainers: whole(0, 100_000, 0, "a whole number", "Trainers of all searches together, at most; 0 is no limit."),
  idleSeconds: whole(1, 86_400, 60, "seconds", "How long trainers without work are kept for the work that may come."),
  startSeconds: whole(
    0,
    3600,
    30,
    "seconds",
    "What a trainer takes to start: none is started for less work than this.",
  ),
  stallSeconds: whole(
    10,
    86_400,
    900,
    "seconds",
    "How long a search may have no new fact, while trainers run, before it is said to be stalled.",
  ),
  pollSeconds: z.coerce
    .number()
    .min(0.1)
    .max(60)
    .default(1)
    .describe("Time between two looks at the searches of the pruner.")
    .meta({ allowed: "seconds from 0.1 to 60" }),
  leaseNamespace: z
    .string()
    .min(1)
    .default("default")
    .describe("Namespace of the Lease by which one of several operators leads.")
    .meta({ allowed: "the name of a namespace" }),
  leaseName: z
    .string()
    .min(1)
    .default("bnas-operator")
    .describe("Name of that Lease: operators of one name share the work.")
    .meta({ allowed: "the name of a Lease" }),
  identity: named("the name of the pod", "Who this operator is, in the Lease and in events."),
  ...secureSettings,
});

export type OperatorConfig = z.infer<typeof operatorConfig>;
