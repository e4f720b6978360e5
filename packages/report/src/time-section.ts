import { count, megabytes, preciseDuration, precisePercent, rate } from "./figures.js";
import type { Summary } from "./summary.js";

/** Where the time went, and how fast images were trained. */
export const timeSection = ({ seconds, images, imagesPerSecond, peakMemoryBytes }: Summary): string => {
  const stages: readonly Stage[] = [
    { name: "warm-up (supernet)", seconds: seconds.warmup, images: images.warmup, rate: imagesPerSecond.warmup },
    { name: "samples, training", seconds: seconds.samples, images: images.samples, rate: imagesPerSecond.samples },
    { name: "evaluation", seconds: seconds.evaluation },
    { name: "settling (supernet)", seconds: seconds.settle, images: images.settle, rate: imagesPerSecond.settle },
    ...(seconds.models === 0
      ? []
      : [{ name: "models, training", seconds: seconds.models, images: images.models, rate: imagesPerSecond.models }]),
    { name: "no job", seconds: seconds.mesh },
  ];
  const trained = images.warmup + images.samples + images.settle + images.models;
  const head = ["Time", "Share", "", "Images trained", "Images a second"].map(
    (name) => `<th scope="col"${name === "" ? "" : ` class="number"`}>${name}</th>`,
  );
  const memory = peakMemoryBytes === null ? "" : `<p>Largest memory of the process: ${megabytes(peakMemoryBytes)}.</p>`;
  return [
    `<h2 id="time">Time by stage</h2>`,
    `<div class="scroll"><table class="plain"><thead><tr><th scope="col">Stage</th>${head.join("")}</tr></thead><tbody>`,
    ...stages.map((stage) => row(stage, seconds.wall)),
    `<tr class="total"><th scope="row">whole search</th><td class="number">${preciseDuration(seconds.wall)}</td><td></td><td></td>`,
    `<td class="number">${count(trained)}</td><td class="number">${speed(imagesPerSecond.training)}</td></tr>`,
    "</tbody></table></div>",
    `<p class="soft">No job: facts, calls between services, waiting, and any time that the search was stopped. Networks are evaluated while the next ones train, so the rows may add up to more than the whole.</p>`,
    memory,
  ].join("\n");
};

type Stage = {
  readonly name: string;
  readonly seconds: number;
  readonly images?: number;
  readonly rate?: number | null;
};

const row = (stage: Stage, wall: number): string => {
  const share = wall <= 0 ? null : stage.seconds / wall;
  const bar =
    share === null
      ? ""
      : `<span class="bar"><span style="width:${(Math.min(1, share) * 100).toFixed(1)}%"></span></span>`;
  const cells = [
    `<td class="number">${preciseDuration(stage.seconds)}</td>`,
    `<td class="number">${share === null ? "" : precisePercent(share)}</td>`,
    `<td>${bar}</td>`,
    `<td class="number">${stage.images === undefined ? "" : count(stage.images)}</td>`,
    `<td class="number">${stage.rate === undefined ? "" : speed(stage.rate)}</td>`,
  ];
  return `<tr><th scope="row">${stage.name}</th>${cells.join("")}</tr>`;
};

const speed = (value: number | null): string => (value === null ? "\u2013" : rate(value));
