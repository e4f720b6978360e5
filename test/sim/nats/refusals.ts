import { JetStreamApiError } from "@nats-io/jetstream";

/** What a server says no to, with the numbers of nats-server. */
const REFUSALS = {
  "wrong last sequence": [10071, "wrong last sequence"],
  "subject taken": [10077, "maximum messages per subject exceeded"],
  "no message": [10037, "no message found"],
  "no stream": [10059, "stream not found"],
  "no consumer": [10014, "consumer not found"],
  "consumer exists": [10148, "consumer already exists"],
} as const;

export const refusal = (what: keyof typeof REFUSALS): JetStreamApiError => {
  const [err_code, description] = REFUSALS[what];
  return new JetStreamApiError({ code: 400, err_code, description });
};
