// What a lease says: for people, and decides nothing. Whether there is one decides who leads.

/** Who leads. `version`: in which it opens searches; services from before 0036 do not say it, and open them in the first. */
export type LeaseHolder = { readonly host: string; readonly pid: number; readonly version: number };

/** Longer texts are none of ours. */
const LONGEST = 1_000;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

export const holderText = (said: LeaseHolder): string => JSON.stringify(said);

/** Of the bytes of a lease, of whichever version; undefined for what no service of ours has written. It throws nothing. */
export const holderOf = (bytes: Uint8Array): LeaseHolder | undefined => {
  if (bytes.length > LONGEST) return undefined;
  try {
    const { host, pid, version = 1 } = Object(JSON.parse(Buffer.from(bytes).toString("utf8")));
    return typeof host === "string" && isCount(pid) && isCount(version) ? { host, pid, version } : undefined;
  } catch {
    return undefined;
  }
};
