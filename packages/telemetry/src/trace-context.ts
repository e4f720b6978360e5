import { type Headers, recorder } from "./recorder.js";

// How a trace crosses from process to process: as headers of whatever message crosses (W3C Trace Context: traceparent,
// tracestate), never in a fact. A fact is what was decided, and it is the same however often and wherever it is written.
//
// For an adapter of log and jobs whose messages have headers:
//   append: publish the fact with the headers of `inject()`;
//   work:   call `continueTrace(headers, () => work.handle(stored, job))` with the headers of the message, {} when it has none.
// That is all: openFacts puts `TracedLog` and `TracedJobs` around the adapter, which begin the span `append fact` before append is
// called, and that of the job within handle. An adapter without headers (memory, file) does nothing: its jobs begin traces of their own,
// which the attributes bnas.search, bnas.round, bnas.pass and bnas.sample connect.

/** Headers that name the active span; none when there is none, or nothing is recorded. */
export const inject = (): Headers => recorder().inject();

/** Do work as a part of the trace that the headers of a message name. Headers that name none begin no trace and do no harm. */
export const continueTrace = <Result>(headers: Readonly<Headers>, work: () => Result): Result =>
  recorder().continueTrace(headers, work);
