import type { Job } from "@bnas/proto";
import type { TrainStep } from "./train-job.js";

/** What the trainer is doing now, for GetTrainer. Only for people: nothing is decided by it. */
export class JobInHand {
  #job: Job | undefined;
  #jobsDone = 0;
  #imagesTrained = 0;

  begin(searchId: string, subject: string): void {
    this.#job = { searchId, subject, stepsDone: 0, imagesDone: 0, loss: 0 };
  }

  step(step: TrainStep): void {
    if (this.#job !== undefined) {
      this.#job = { ...this.#job, stepsDone: step.steps, imagesDone: step.images, loss: step.loss };
    }
  }

  done(images: number): void {
    this.#jobsDone += 1;
    this.#imagesTrained += images;
  }

  end(): void {
    this.#job = undefined;
  }

  get(): { readonly job: Job | undefined; readonly jobsDone: number; readonly imagesTrained: number } {
    return { job: this.#job, jobsDone: this.#jobsDone, imagesTrained: this.#imagesTrained };
  }
}
