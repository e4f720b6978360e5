import type { Row } from "./rows.js";

const two = (value: number): string => value.toFixed(2);

/** The table as Markdown, a section a column. */
export const printed = (rows: readonly Row[], seeds: number): string => {
  const columns = [...new Set(rows.map(({ column }) => column))];
  return columns
    .map((column) => {
      const lines = rows
        .filter((row) => row.column === column)
        .map((row) =>
          [
            row.strategy,
            row.drift > 0 ? `rise ${row.drift}` : row.strengths,
            row.noise,
            row.samples,
            row.medianRank,
            `${two(row.p10)} (${two(row.p10Random)})`,
            `${two(row.a12Random)} ± ${two(row.a12RandomError)}`,
            `${two(row.a12Evolution)} ± ${two(row.a12EvolutionError)}`,
          ].join(" | "),
        );
      return [
        `### ${column}, ${seeds} searches a row`,
        "",
        "| strategy | strengths | noise | samples | median rank | 10th percentile (random search) | A12 random search | A12 evolution |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ...lines.map((line) => `| ${line} |`),
        "",
      ].join("\n");
    })
    .join("\n");
};
