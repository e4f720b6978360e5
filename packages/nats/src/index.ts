export { isNatsAddress, natsLease, natsName, natsReplicas, parseNatsAddress } from "./link/nats-address.js";
export type { NatsOptions } from "./link/nats-options.js";
export { type NatsSettings, natsOfService, natsSecurity, natsSettings } from "./link/nats-settings.js";
export { ObjectStore } from "./objects/object-store.js";
export { type JetStream, type JetStreamOptions, openJetStream } from "./open-jetstream.js";
