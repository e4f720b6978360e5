export { type DatasetConfig, datasetConfigSchema } from "./config.js";
export { type RunningDataset, startDataset } from "./service.js";
