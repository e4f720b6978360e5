import { beforeEach } from "vitest";
import { type Recorder, silentRecorder } from "../src/recorder.js";

/** A recorder for tests, and what was recorded in a test: its spans, with what was said of each, and its counts. */
export type Noted = {
  readonly recorder: Recorder;
  readonly spans: {
    readonly name: string;
    readonly attributes: object;
    readonly failed?: string;
    readonly ended?: true;
  }[];
  readonly counts: (readonly unknown[])[];
};

/** What every test of this file records; empty at the start of each. */
export const noteRecords = (): Noted => {
  const [spans, counts]: [Noted["spans"][number][], unknown[][]] = [[], []];
  beforeEach(() => {
    spans.length = 0;
    counts.length = 0;
  });
  return {
    spans,
    counts,
    recorder: {
      ...silentRecorder,
      on: true,
      begin: (name, options) => {
        const span = { name, attributes: { ...options?.attributes } };
        spans.push(span);
        return {
          run: (work) => work(),
          set: (attributes) => Object.assign(span.attributes, attributes),
          fail: (failed) => Object.assign(span, { failed }),
          end: () => Object.assign(span, { ended: true }),
        };
      },
      count: (...counted) => counts.push(counted),
    },
  };
};
