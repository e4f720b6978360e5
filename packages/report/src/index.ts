export * from "./budget-svg.js";
export * from "./cell-layout.js";
export * from "./cell-svg.js";
export { duration, percent } from "./figures.js";
export * from "./genotype-table.js";
export * from "./report-html.js";
export * from "./report-input.js";
export * from "./summary.js";
