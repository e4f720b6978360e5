// In a run it stands for @nats-io/jetstream.
import type { SimulatedConnection } from "./connection.js";
import { clientOf, managerOf } from "./jetstream.js";

export * from "@nats-io/jetstream";

export const jetstream = (connection: SimulatedConnection): ReturnType<typeof clientOf> => clientOf(connection);
export const jetstreamManager = async (connection: SimulatedConnection) => managerOf(connection);
