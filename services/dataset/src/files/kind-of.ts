/** What lies at a path. `link`: only where links are not followed. */
export type Kind = "file" | "folder" | "pipe" | "socket" | "device" | "link";

/** What a directory entry and the result of stat both say. */
type Says = Readonly<
  Record<"isFile" | "isDirectory" | "isFIFO" | "isSocket" | "isSymbolicLink" | "isBlockDevice", () => boolean>
>;

export const kindOf = (entry: Says): Kind => {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (entry.isSymbolicLink()) return "link";
  if (entry.isFIFO()) return "pipe";
  return entry.isSocket() ? "socket" : "device";
};

const NAMES: Readonly<Record<Kind, string>> = {
  file: "a file",
  folder: "a folder",
  pipe: "a pipe (FIFO)",
  socket: "a socket",
  device: "a device",
  link: "a link",
};

/** `a pipe (FIFO)` */
export const kindText = (kind: Kind): string => NAMES[kind];
