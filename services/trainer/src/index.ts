export { type TrainerConfig, trainerConfig } from "./config.js";
export { startTrainer } from "./service.js";
