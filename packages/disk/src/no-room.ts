import { Status } from "nice-grpc-common";
import { MeshError } from "./mesh-error.js";
import { systemErrorCode } from "./system-error.js";

/**
 * A disk or a quota of the log or of the store is full. That says nothing about what was to be written there: whoever waits
 * until there is room can do it then.
 */
export class NoRoom extends MeshError {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(Status.RESOURCE_EXHAUSTED, message, hint, options);
    this.name = "NoRoom";
  }
}

/** What the system says of a full disk as NoRoom, and any other error as it is. @param place what is on that disk */
export const asNoRoom = (error: unknown, place: string): unknown => {
  if (!["ENOSPC", "EDQUOT"].includes(systemErrorCode(error) ?? "")) return error;
  return new NoRoom(
    `${place}: its disk is full`,
    "Make room there. Nothing was lost, and what waits goes on by itself.",
    { cause: error },
  );
};
