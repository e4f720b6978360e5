export * from "./assemble-report.js";
export * from "./budget-svg.js";
export * from "./cell-layout.js";
export * from "./cell-svg.js";
export { duration, percent } from "./figures.js";
export * from "./genotype-meta.js";
export * from "./genotype-table.js";
export type { ReportInput } from "./report-input.js";
export * from "./result-files.js";
