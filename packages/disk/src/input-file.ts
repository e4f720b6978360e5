import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { type InvalidInput, invalidInput, LIMITS, type Path, systemErrorCode, type Text, text } from "@bnas/errors";

// A path from outside may be a pipe that has no writer, a device without an end or a socket. Opened in the ordinary way, a pipe holds
// a thread of Node until the process is killed: two signals do not end it. So a file is opened without waiting, looked at, and
// read only when it is a regular one, up to a limit.

/** How an error calls a file, and how large it may be. */
export type InputFile = {
  /** What named it: `--config`. */
  readonly field: string | Path;
  /** What it must be: `a readable YAML or JSON file`. */
  readonly allowed: Text;
  /** What to do next when the system does not open it. */
  readonly hint: Text;
  readonly mostBytes: number;
  /** Bytes that are no UTF-8 become U+FFFD: for texts that find by themselves where they are damaged. */
  readonly keepsDamage?: boolean;
};

const MIB = 2 ** 20;

/** Largest files that are read whole, in bytes. A text of Node has 512 MiB at most. */
export const LARGEST_FILE = {
  config: LIMITS["file.config"].value,
  secret: LIMITS["file.secret"].value,
  table: LIMITS["file.table"].value,
  facts: LIMITS["file.facts"].value,
  picture: LIMITS["file.picture"].value,
  model: LIMITS["file.model"].value,
} as const;

/**
 * A file that a person named, whole.
 * It rejects with InvalidInput for what cannot be opened, is no regular file (never waited for), or is larger than it may be.
 */
export const readInputFile = async (path: string, input: InputFile): Promise<Buffer> => {
  const file = await open(path, FLAGS).catch((error: unknown) => {
    throw unopened(path, input, error);
  });
  try {
    checkKind(path, input, await file.stat());
    const chunks: Buffer[] = [];
    for (let bytes = 0; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      bytes += bytesRead;
      if (bytes > input.mostBytes) throw tooLarge(path, input);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    throw unopened(path, input, error);
  } finally {
    await file.close();
  }
};

/** The same at once, for small files that are read again and again, such as tokens. @throws InvalidInput as the other */
export const readInputFileSync = (path: string, input: InputFile): Buffer => {
  let file: number | undefined;
  try {
    file = openSync(path, FLAGS);
    checkKind(path, input, fstatSync(file));
    const bytes = Buffer.alloc(input.mostBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(file, bytes, length, bytes.length - length, null);
    if (length > input.mostBytes) throw tooLarge(path, input);
    return Buffer.from(bytes.subarray(0, length));
  } catch (error) {
    throw unopened(path, input, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
};

/** A file of text that a person wrote. It rejects as `readInputFile`, and with InvalidInput for what is no UTF-8. */
export const readInputText = async (path: string, input: InputFile): Promise<string> =>
  textIn(await readInputFile(path, input), path, input);

/** The text of bytes, without a byte order mark. @throws InvalidInput for what is no UTF-8, and says what it is where that is known */
const textIn = (bytes: Uint8Array, path: string, { field, keepsDamage = false }: InputFile): string => {
  const other = markedEncoding(bytes) ?? (keepsDamage ? undefined : guessedEncoding(bytes));
  if (other !== undefined)
    throw invalidInput(
      field,
      path,
      "text in UTF-8",
      `It is ${other}: save it as UTF-8, as \`Out-File -Encoding utf8\` does.`,
    );
  try {
    return new TextDecoder("utf-8", { fatal: !keepsDamage, ignoreBOM: keepsDamage }).decode(bytes);
  } catch {
    throw invalidInput(field, path, "text in UTF-8", `${firstWrong(bytes)}: save it as UTF-8.`);
  }
};

/** Windows has no such flag, and no pipes among its files. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const CHUNK_BYTES = MIB;

const checkKind = (path: string, { field, allowed }: InputFile, stats: Stats | BigIntStats): void => {
  if (stats.isFile()) return;
  const [kind, hint] = stats.isDirectory()
    ? ["a folder", "Name a file in it."]
    : stats.isFIFO()
      ? ["a pipe", "Write what comes through it to a file first."]
      : ["a device", "Name a file."];
  throw invalidInput(field, path, allowed, `It is ${kind}, not a file. ${hint}`);
};

const tooLarge = (path: string, { field, allowed, mostBytes }: InputFile): InvalidInput =>
  invalidInput(
    field,
    path,
    text`${allowed}, of at most ${amount(mostBytes)}`,
    "It is larger: check that it is the right file.",
  );

const amount = (bytes: number): string => (bytes >= MIB ? `${bytes / MIB} MiB` : `${bytes} bytes`);

/** What the system says against opening or reading it; an error of ours stays. */
const unopened = (path: string, { field, allowed, hint }: InputFile, error: unknown): unknown => {
  const code = systemErrorCode(error);
  return code === undefined ? error : invalidInput(field, path, allowed, text`${code}: ${hint}`, { cause: error });
};

/** Bytes that are looked at to know an encoding. */
const LOOKED_AT = 512;

/** UTF-16 and UTF-32 by their mark; undefined: neither. */
const markedEncoding = (bytes: Uint8Array): string | undefined => {
  const [first, second, third, fourth] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  if (isLittle && third === 0 && fourth === 0) return "UTF-32";
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return "UTF-32";
  if (isLittle || (first === 0xfe && second === 0xff)) return `UTF-16, ${BY_POWERSHELL}`;
  return undefined;
};

const BY_POWERSHELL = "as PowerShell's `>` writes it";

/** UTF-16 by the zeros beside the letters of ASCII. */
const guessedEncoding = (bytes: Uint8Array): string | undefined => {
  const looked = bytes.subarray(0, LOOKED_AT);
  const zeros = (odd: number): number => looked.filter((byte, i) => byte === 0 && i % 2 === odd).length;
  const [even, odd] = [zeros(0), zeros(1)];
  const isWide = Math.max(even, odd) > looked.length / 4 && Math.min(even, odd) < looked.length / 8;
  return looked.length >= 4 && isWide ? "UTF-16 without a mark, or no text" : undefined;
};

/** Where the first byte is that is no UTF-8. */
const firstWrong = (bytes: Uint8Array): string => {
  let [whole, broken] = [0, bytes.length];
  // Of the beginnings of a text, those that have an error have it from one length on.
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2);
    if (isBeginning(bytes.subarray(0, middle))) whole = middle;
    else broken = middle;
  }
  // A letter of several bytes that is not continued: its first byte is the wrong one.
  let wrong = whole;
  for (let back = 1; back <= 3; back++) if ((bytes[whole - back] ?? 0) >= 0xc0) wrong = whole - back;
  if (isBeginning(bytes.subarray(wrong, whole + 1))) wrong = whole;
  const value = bytes[wrong] ?? 0;
  return `byte ${wrong + 1} is 0x${value.toString(16).padStart(2, "0")}, which is no UTF-8 there`;
};

const isBeginning = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
};
