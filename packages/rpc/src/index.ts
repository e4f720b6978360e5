export { type Connection, connect } from "./client.js";
export {
  type DataDescription,
  describeData,
  evaluationBatches,
  modelBatches,
  trainingBatches,
} from "./clients/dataset-client.js";
export { inDatasetRequest } from "./clients/dataset-fields.js";
export { specOfMessage, specToMessage } from "./clients/spec-message.js";
export { DEFAULT_MAX_MESSAGE_BYTES } from "./limits.js";
export { serveRpc } from "./server.js";
export {
  asService,
  checkAsService,
  clientTokenSettings,
  serverTokenSettings,
  serverTokens,
} from "./token-settings.js";
export type { Called } from "./tokens.js";
