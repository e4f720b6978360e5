export { serveTensors, type TensorTools } from "./serve-tensors.js";
export { startWorker, type WorkerTools } from "./start-worker.js";
export { type WorkerConfig, workerSettings } from "./worker-settings.js";
