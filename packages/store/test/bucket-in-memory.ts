import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { vi } from "vitest";

/** `putAt` is NaN where the server does not tell the time. */
type Kept = { readonly bytes: Uint8Array; readonly putAt: number; readonly checksum: string | undefined };

/** What an S3 server answers when it refuses: the code of its API, and a status. */
export const answerOf = (name: string, status?: number): Error =>
  Object.assign(new Error("as it says"), { name, $metadata: { httpStatusCode: status } });

/**
 * A bucket behind every S3 client of this process, with a clock of its own: what the S3 API says of conditions, pages and times, for
 * what cannot be seen, or waited for, at a real server. (The contract is tested on one as well: test/integration/s3-store.test.ts.)
 */
export class BucketInMemory {
  readonly objects = new Map<string, Kept>();
  /** Every command that came, by its name and key. */
  readonly asked: string[] = [];
  /** The inputs of the puts. */
  readonly puts: PutObjectCommand["input"][] = [];
  /** Milliseconds since 1970. */
  now = Date.UTC(2026, 0, 1);
  pageLength = 1_000;
  /** Called before a command is done; what it throws is the answer. */
  before: (command: object) => Promise<void> | void = () => {};

  /** Let the clients of this process talk to it, until the mocks are restored. */
  serve(): void {
    vi.spyOn(S3Client.prototype, "send").mockImplementation((command: object) => this.#answer(command));
  }

  /** Another program puts an object. */
  place(key: string, body: string, putAt = this.now, checksum?: string): void {
    this.objects.set(key, { bytes: Buffer.from(body), putAt, checksum });
  }

  /** What is in an object, as text; "" where there is none. */
  textOf(key: string): string {
    return Buffer.from(this.objects.get(key)?.bytes ?? []).toString();
  }

  /** Answer the next commands of a kind in this way, one each. */
  refuse(refused: new (...input: never[]) => object, ...answers: Error[]): void {
    this.before = (command) => {
      const answer = command instanceof refused ? answers.shift() : undefined;
      if (answer !== undefined) throw answer;
    };
  }

  async #answer(command: object): Promise<object> {
    const { Key = "" } = "input" in command ? (command.input as { readonly Key?: string }) : {}; // Of all that are sent here.
    this.asked.push(`${command.constructor.name.replace(/(Object|ObjectsV2)Command$/, "")} ${Key}`.trim());
    // Never in the turn in which it is asked, as over a network.
    await sleep(0);
    await this.before(command);
    if (command instanceof PutObjectCommand) return this.#put(command.input);
    if (command instanceof ListObjectsV2Command) return this.#list(command.input);
    if (command instanceof DeleteObjectCommand) {
      this.objects.delete(Key);
      return {};
    }
    const found = this.objects.get(Key);
    if (command instanceof HeadObjectCommand) {
      if (found === undefined) throw answerOf("NotFound", 404);
      const isAsked = command.input.ChecksumMode === "ENABLED";
      return { ...timeOf(found), ...(isAsked ? { ChecksumSHA256: found.checksum } : {}) };
    }
    if (command instanceof GetObjectCommand) {
      if (found === undefined) throw answerOf("NoSuchKey", 404);
      return { Body: { transformToByteArray: async () => Uint8Array.from(found.bytes) } };
    }
    throw new Error(`it does not know ${command.constructor.name}`);
  }

  #put(input: PutObjectCommand["input"]): object {
    const { Key = "", Body, IfNoneMatch, ChecksumSHA256 } = input;
    this.puts.push(input);
    if (IfNoneMatch === "*" && this.objects.has(Key)) throw answerOf("PreconditionFailed", 412);
    if (!(Body instanceof Uint8Array)) throw new Error("a body of bytes");
    this.objects.set(Key, { bytes: Uint8Array.from(Body), putAt: this.now, checksum: ChecksumSHA256 });
    return {};
  }

  #list({ Prefix = "", ContinuationToken = "", MaxKeys = this.pageLength }: ListObjectsV2Command["input"]): object {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(Prefix) && key > ContinuationToken).sort();
    const page = keys.slice(0, Math.min(MaxKeys, this.pageLength));
    const Contents = page.map((key) => {
      const kept = this.objects.get(key);
      return kept === undefined ? {} : { Key: key, Size: kept.bytes.length, ...timeOf(kept) };
    });
    // (A page without objects has no such field; with some servers the last has a token too, and says that it is the last.)
    return {
      ...(Contents.length === 0 ? {} : { Contents }),
      IsTruncated: page.length < keys.length,
      NextContinuationToken: page.at(-1),
    };
  }
}

const timeOf = ({ putAt }: Kept) => (Number.isNaN(putAt) ? {} : { LastModified: new Date(putAt) });
