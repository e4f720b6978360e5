import { afterEach, beforeEach } from "vitest";
import { setRecorder, silentRecorder } from "../src/recorder.js";

/** What was recorded in a test: its spans, with what was said of each, and its counts. */
export type Noted = {
  readonly spans: {
    readonly name: string;
    readonly attributes: object;
    readonly failed?: string;
    readonly ended?: true;
  }[];
  readonly counts: (readonly unknown[])[];
};

/** Notes what every test of this file records; empty at the start of each. */
export const noteRecords = (): Noted => {
  const noted: Noted = { spans: [], counts: [] };
  beforeEach(() => {
    noted.spans.length = 0;
    noted.counts.length = 0;
    setRecorder({
      ...silentRecorder,
      on: true,
      begin: (name, options) => {
        const span = { name, attributes: { ...options?.attributes } };
        noted.spans.push(span);
        return {
          run: (work) => work(),
          set: (attributes) => Object.assign(span.attributes, attributes),
          fail: (failed) => Object.assign(span, { failed }),
          end: () => Object.assign(span, { ended: true }),
        };
      },
      count: (...counted) => noted.counts.push(counted),
    });
  });
  afterEach(() => setRecorder(silentRecorder));
  return noted;
};
