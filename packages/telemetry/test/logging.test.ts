import { describe, expect, it } from "vitest";
import { createLogger, silentLogger } from "../src/logging.js";

const collect = (level: string) => {
  const lines: string[] = [];
  const logger = createLogger({ name: "trainer", level, to: { write: (line) => void lines.push(line) } });
  return { logger, lines };
};

describe("a logger", () => {
  it("writes an event with its fields as one line of JSON", () => {
    const { logger, lines } = collect("info");
    logger.child({ search: "s" }).info({ round: 1, sample: 2, attempt: 3 }, "trained\nwell");
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toContain("\n");
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      name: "trainer",
      search: "s",
      round: 1,
      sample: 2,
      attempt: 3,
      event: "trained\nwell",
    });
  });

  it("writes nothing that is less severe than its level, and nothing at all when it is silent", () => {
    const { logger, lines } = collect("warn");
    logger.info("no");
    logger.warn("yes");
    expect(lines).toHaveLength(1);
    const silent = collect("silent");
    silent.logger.fatal("no");
    silentLogger.fatal("no");
    expect(silent.lines).toEqual([]);
  });

  it("refuses a level that does not exist", () => {
    expect(() => collect("loud")).toThrow("loud");
  });
});
