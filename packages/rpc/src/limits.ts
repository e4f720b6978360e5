import { LIMITS } from "@bnas/errors";

/** Largest message either side takes, in bytes: a batch of images is tens of MB at most. */
export const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Channel options that both sides share. A peer that does not answer a ping for 20 s is gone. */
export const channelOptions = (maxMessageBytes: number) => ({
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
  "grpc.keepalive_time_ms": 60_000,
  "grpc.keepalive_timeout_ms": 20_000,
});

/** Of a server: it answers by messages of this size, and takes smaller ones. */
export const serverOptions = (maxMessageBytes: number) => ({
  ...channelOptions(maxMessageBytes),
  "grpc.max_receive_message_length": Math.min(maxMessageBytes, LIMITS["rpc.request"].value),
  "grpc.max_concurrent_streams": LIMITS["rpc.streams"].value,
  "grpc.max_connection_idle_ms": LIMITS["rpc.idle"].value,
});
