import type { ConsumerMessages } from "@nats-io/jetstream";

/**
 * Waits for the heartbeats of a consumer, which the server sends while there is no message. When the consumer's server is gone
 * there are none, and the client of NATS waits until the server is back (seen with 3.4: its request whether the consumer exists
 * gets no answer).
 * @param silent is called once, when neither a message nor a heartbeat was heard for so long
 */
export const whenSilent = (
  messages: ConsumerMessages,
  silenceMs: number,
  silent: () => void,
): { heard(): void; stop(): void } => {
  let last = performance.now();
  const heard = () => {
    last = performance.now();
  };
  const listen = async () => {
    for await (const { type } of messages.status()) if (type === "heartbeat") heard();
  };
  void listen();
  const timer = setInterval(() => {
    if (performance.now() - last < silenceMs) return;
    clearInterval(timer);
    silent();
  }, silenceMs / 6);
  return { heard, stop: () => clearInterval(timer) };
};
