import { type Fact, type Recorded, searchIdOf } from "@bnas/search";
import type { Attributes } from "@bnas/telemetry";

/** What a job is called that a fact asks for: the name of its span, and `bnas.job.kind` of its metrics. */
export const jobKind = ({ kind }: Fact): string => {
  switch (kind) {
    case "epoch.requested":
      return "train epoch";
    case "sample.requested":
      return "train sample";
    case "sample.trained":
      return "evaluate sample";
    case "pass.merge.requested":
      return "merge pass";
    default:
      return kind;
  }
};

/** Where in a search a fact belongs. */
export const placeOf = ({ subject, fact }: Pick<Recorded, "subject" | "fact">): Attributes => ({
  "bnas.search": searchIdOf(subject),
  "bnas.stage": "stage" in fact ? fact.stage : undefined,
  "bnas.epoch": "epoch" in fact ? fact.epoch : undefined,
  "bnas.round": "round" in fact ? fact.round : undefined,
  "bnas.pass": "pass" in fact ? fact.pass : undefined,
  "bnas.sample": "sample" in fact ? fact.sample : undefined,
});

/** The images that a fact says a job has seen, and the kind of that job. */
export const imagesOf = (fact: Fact): { readonly images: number; readonly job: string } | undefined => {
  switch (fact.kind) {
    case "epoch.trained":
      return { images: fact.images, job: "train epoch" };
    case "sample.trained":
      return { images: fact.images, job: "train sample" };
    case "sample.evaluated":
      return { images: fact.total, job: "evaluate sample" };
    default:
      return undefined;
  }
};
