// In a run it stands for @nats-io/transport-node.
import { errors } from "@nats-io/transport-node";
import { enteredWorld } from "../world/timers.js";
import { type NatsPlace, SimulatedConnection } from "./connection.js";

export * from "@nats-io/transport-node";

const places = new WeakMap<object, NatsPlace>();

/** Where `connect` leads in this world. */
export const placeNats = (place: NatsPlace): void => void places.set(place.world, place);

export const connect = async (): Promise<SimulatedConnection> => {
  const world = enteredWorld();
  const place = places.get(world);
  const process = world.current;
  if (place === undefined || process === undefined) throw new Error("a connection outside of a process");
  const connection = new SimulatedConnection(place, process);
  try {
    await connection.ask(() => undefined, 5_000);
  } catch {
    await connection.close();
    throw new errors.ConnectionError("connection refused");
  }
  return connection;
};
