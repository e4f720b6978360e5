import { isBnasError, messageOf } from "@bnas/errors";
import type { OpenSpan, Recorder, SpanOptions } from "./recorder.js";

/** Do work within a span, which ends with it and tells whether it failed. */
export const inSpan = async <Result>(
  recorder: Recorder,
  name: string,
  options: SpanOptions,
  work: (span: OpenSpan) => Promise<Result>,
): Promise<Result> => {
  const span = recorder.begin(name, options);
  try {
    return await span.run(() => work(span));
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
};

export const failSpan = (span: OpenSpan, error: unknown): void => span.fail(kindOf(error), messageOf(error));

const kindOf = (error: unknown): string => {
  if (isBnasError(error)) return error.code;
  return error instanceof Error ? error.name : "_OTHER";
};
