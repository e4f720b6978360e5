import type { Acknowledged } from "./history.js";

/**
 * What a line in a service's log says was recorded: services write it when the append was acknowledged, and the pruner when it read
 * a fact. Undefined for any other line, and for a line that was cut off by a kill.
 */
export const acknowledgedBy = (line: string): Acknowledged | undefined => {
  const said = objectOf(line);
  const { event, subject, sequence } = said;
  if (event === "evaluated") {
    const { search, round, pass, sample, correct, total } = said;
    const place = `bnas.search.${search}.round.${round}.pass.${pass}.sample.${sample}.evaluated`;
    return { subject: place, fact: { correct, total } };
  }
  if (typeof subject !== "string") return undefined;
  if (event === "trained") return { subject: subject.replace(/requested$/, "trained") };
  if (event === "merged") return { subject: subject.replace(/merge\.requested$/, "merged") };
  return event === "fact" && typeof sequence === "number" ? { subject, sequence } : undefined;
};

const objectOf = (line: string): Readonly<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
};
