export { type TrainerAlone, trainerAlone } from "./compute.js";
export { trainer } from "./service.js";
