/** What a reason of a condition means, and what a person does next. docs/cluster/conditions.md is made of this table. */
export type Meaning = {
  readonly status: "True" | "False" | "Unknown";
  readonly means: string;
  readonly next: string;
};

const NOTHING = "Nothing.";

/** Every condition of an ArchitectureSearch with every reason that it may have. */
export const conditions = {
  Accepted: {
    Valid: { status: "True", means: "The search can be opened, and its trainers can be made.", next: NOTHING },
    InvalidSpec: {
      status: "False",
      means: "Fields do not go together, once the preset has filled in what is left out.",
      next: "Delete the object, change the field that the message names, apply it again.",
    },
    ImageNotAllowed: {
      status: "False",
      means: "spec.trainers.image is none that the operator may start.",
      next: "Leave it out, or have the platform team add it to the operator's setting trainerImages.",
    },
    TrainersRefused: {
      status: "False",
      means: "The API server refused a trainer in a dry run: its resources, tolerations, affinity or labels.",
      next: "Change spec.trainers as the message says; kubectl apply is enough.",
    },
    NotChecked: {
      status: "Unknown",
      means: "It could not be checked yet; the condition Running says why.",
      next: "See Running.",
    },
  },
  DatasetReady: {
    Readable: {
      status: "True",
      means: "The dataset service has opened the dataset, and it suits the search.",
      next: NOTHING,
    },
    Unreadable: {
      status: "False",
      means: "The dataset is not there, is damaged, or is too small for the batches.",
      next: "Mount or repair the data at the dataset service: it is checked again each minute. If the URI is wrong, delete the object and apply it with another.",
    },
    NotChecked: {
      status: "Unknown",
      means: "It could not be checked yet; the condition Running says why.",
      next: "See Running.",
    },
  },
  Running: {
    Training: { status: "True", means: "Trainers work on it.", next: NOTHING },
    NoWork: {
      status: "False",
      means: "No job is open at this moment: the evaluator or the pruner is at work, for seconds as a rule.",
      next: "If it lasts: look at the logs of the evaluator and the pruner.",
    },
    Starting: { status: "False", means: "Trainers are being started.", next: NOTHING },
    NotAccepted: { status: "False", means: "It was not accepted.", next: "See Accepted." },
    DatasetNotReady: { status: "False", means: "Its dataset cannot be read.", next: "See DatasetReady." },
    MeshUnreachable: {
      status: "Unknown",
      means: "The pruner does not answer, or what it needs does not (NATS, the dataset service). Trainers continue.",
      next: "kubectl get pods of the release; the logs of the pruner say what it misses.",
    },
    MeshRefused: {
      status: "Unknown",
      means: "The pruner does not take the token or the certificate of the operator.",
      next: "Compare the operator's tokenFile and tls settings with those of the pruner (docs/security.md).",
    },
    StoreNotWritable: {
      status: "False",
      means: "The store of blobs cannot be written: no room, or no right to.",
      next: "Make room, or give the services the right; it is tried again each ten seconds.",
    },
    QuotaReached: {
      status: "False",
      means: "The namespace has used what the pruner's quotas allow it; the message says what.",
      next: "Wait until a search has ended, delete one, or ask who runs the mesh (docs/quotas.md); it is tried again each ten seconds.",
    },
    RightsMissing: {
      status: "False",
      means: "The operator may not do what it must in this namespace.",
      next: "Apply deploy/operator/rbac.yaml or upgrade the chart; the message names the right.",
    },
    QueueWaiting: {
      status: "False",
      means: "Kueue has not admitted the trainers.",
      next: "kubectl get workloads; raise the quota of the queue or wait.",
    },
    AdmissionDown: {
      status: "False",
      means: "The API server takes no trainer, for a webhook that it has to ask does not answer: Kueue's, for one.",
      next: "kubectl get pods in the namespace that the message names; it is tried again.",
    },
    ShareWaiting: {
      status: "False",
      means: "The trainers of other searches take up the operator's limit maxTrainers.",
      next: "Wait; or raise maxTrainers. Apply a search that is more urgent with a greater spec.weight: it cannot be changed later.",
    },
    NoGpuFree: {
      status: "False",
      means: "No node has a free GPU that the trainers may use.",
      next: "Wait, add GPU nodes, or let trainers tolerate the taints of existing nodes (spec.trainers.tolerations).",
    },
    Unschedulable: {
      status: "False",
      means: "No node suits the trainers, for another reason than GPUs: CPU, memory, labels, taints.",
      next: "Compare spec.trainers with kubectl describe nodes.",
    },
    ImagePull: {
      status: "False",
      means: "The image of the trainers cannot be pulled.",
      next: "Check the image and imagePullSecrets in the operator's trainer template, or spec.trainers.image.",
    },
    QuotaExceeded: {
      status: "False",
      means: "A ResourceQuota of the namespace leaves no room for trainers.",
      next: "kubectl describe resourcequota; raise it, or lower spec.trainers.resources.",
    },
    PodRefused: {
      status: "False",
      means:
        "The API server refuses the pods: Pod Security, a priority class or service account that is missing, a webhook.",
      next: "Change what the message names.",
    },
    TrainerConfig: {
      status: "False",
      means: "A Secret or ConfigMap that trainers need is not in the namespace, or a volume cannot be mounted.",
      next: "Create it there, or run searches in the namespace of the release.",
    },
    OutOfMemory: {
      status: "False",
      means: "Trainers were killed for using more memory than their limit.",
      next: "Raise spec.trainers.resources.limits.memory, or lower the batches in a new search.",
    },
    TrainerCrash: {
      status: "False",
      means: "Trainers end with an error; they are started again, less and less often.",
      next: "The message has the last line of a trainer; kubectl logs has the rest.",
    },
    Stalled: {
      status: "False",
      means: "Trainers run, but no fact has come for much longer than a job takes.",
      next: "kubectl logs of the trainers; deleting a pod has its job done again.",
    },
    Suspended: { status: "False", means: "It is suspended; it holds no trainers.", next: "See Suspended." },
    Succeeded: {
      status: "False",
      means: "It has ended with a genotype.",
      next: "bnas architecture gives it in every form.",
    },
    Failed: { status: "False", means: "It has ended without a genotype.", next: "See Failed." },
    Deleting: {
      status: "False",
      means: "The object is being deleted: trainers go first, then facts and blobs, then the object.",
      next: "If it lasts, the message says what is waited for.",
    },
  },
  Suspended: {
    BySpec: { status: "True", means: "spec.suspend is true.", next: "Set spec.suspend to false to continue." },
    ByClient: {
      status: "True",
      means: "A client paused the search through the API.",
      next: "bnas resume with the id of status.searchId continues it.",
    },
    NotSuspended: { status: "False", means: "It is not suspended.", next: NOTHING },
  },
  Succeeded: {
    Finished: { status: "True", means: "Every job is done; status.genotype has the answer.", next: NOTHING },
    BudgetSpent: {
      status: "True",
      means: "spec.budget.gpuSeconds were spent; status.genotype has the best answer until then.",
      next: "For the whole search apply it under another name with a larger budget.",
    },
    NotSucceeded: { status: "False", means: "It has no genotype.", next: "See Running or Failed." },
  },
  Failed: {
    JobFailed: {
      status: "True",
      means: "A job cannot be done: data, memory, or a number that is not finite.",
      next: "The message ends with what to do. A new search needs another metadata.name.",
    },
    Cancelled: { status: "True", means: "A client cancelled the search through the API.", next: NOTHING },
    FactsLost: {
      status: "True",
      means: "The log has no facts of this search any more.",
      next: "bnas restore brings them back from a copy (docs/blobs.md); else delete the object and apply it again.",
    },
    NotFailed: { status: "False", means: "It has not failed.", next: NOTHING },
  },
  Meaningful: {
    Sound: { status: "True", means: "No fault was found that touches the whole genotype.", next: NOTHING },
    Diverged: {
      status: "False",
      means: "The training diverged: the genotype is an accident.",
      next: "docs/verdicts.md.",
    },
    AtChance: { status: "False", means: "No sample is better than guessing.", next: "docs/verdicts.md." },
    DecidedByTies: {
      status: "False",
      means: "On half of the edges or more the order of the operations decided.",
      next: "docs/verdicts.md.",
    },
    Collapsed: {
      status: "False",
      means: "The cells are mostly skip connections or none.",
      next: "docs/verdicts.md.",
    },
    NotDistinguishable: {
      status: "False",
      means: "The samples differ no more than counting answers does.",
      next: "docs/verdicts.md.",
    },
    TooFewReductionImages: {
      status: "False",
      means: "The samples differ, but counting answers makes much of it.",
      next: "The message names the number of images that would do; docs/verdicts.md.",
    },
    NoAnswer: { status: "False", means: "It has ended without a genotype.", next: "See Failed." },
    NotComputed: {
      status: "Unknown",
      means: "The pruner gave no verdict, or one that this operator does not know: they are of different versions.",
      next: "helm upgrade takes both to one version; bnas get shows the verdict.",
    },
  },
  FactsReadable: {
    AllRead: { status: "True", means: "Nothing that is no fact is on its subjects in the log.", next: NOTHING },
    SetAside: {
      status: "False",
      means:
        "Messages on its subjects are no facts for the pruner: other bytes, or facts of a newer version. They are set aside; what holds a subject that it waits for is removed.",
      next: "bnas quarantine list and show print them: find out who wrote them (docs/operations.md). bnas quarantine drop takes one off.",
    },
  },
} as const satisfies Record<string, Record<string, Meaning>>;

export type ConditionType = keyof typeof conditions;
export type Reason<Type extends ConditionType> = keyof (typeof conditions)[Type] & string;

/** Why trainers that are wanted do not run. */
type TroubleReason = Extract<
  Reason<"Running">,
  | "QueueWaiting"
  | "NoGpuFree"
  | "Unschedulable"
  | "ImagePull"
  | "QuotaExceeded"
  | "PodRefused"
  | "TrainerConfig"
  | "OutOfMemory"
  | "TrainerCrash"
  | "Starting"
>;
export type Trouble = { readonly reason: TroubleReason; readonly message: string };

export const meaningOf = <Type extends ConditionType>(type: Type, reason: Reason<Type>): Meaning =>
  // The table has a Meaning at every reason of every type, which TypeScript does not see through the two parameters.
  (conditions[type] as Readonly<Record<string, Meaning>>)[reason] as Meaning;

/** The tables of docs/cluster/conditions.md. */
export const conditionsTable = (): string =>
  Object.entries(conditions)
    .map(([type, reasons]) => {
      const rows = Object.entries(reasons).map(
        ([reason, { status, means, next }]) => `| \`${reason}\` | ${status} | ${means} | ${next} |`,
      );
      return [`### ${type}`, "", "| reason | status | means | what to do |", "| --- | --- | --- | --- |", ...rows].join(
        "\n",
      );
    })
    .join("\n\n");
