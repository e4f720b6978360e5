import { statSync } from "node:fs";
import { invalidInput, messageOf } from "@bnas/errors";

/**
 * A file that people replace while a service runs. It is read again at the next look after it was written or replaced; one that cannot
 * be used is refused once, and what was read before stays.
 */
export class FileInUse<Content> {
  readonly #path: string;
  readonly #field: string;
  readonly #read: (path: string) => Content;
  readonly #say: { again(content: Content): void; refused(reason: string): void };
  #version: string;
  #content: Content;

  /** @param field what an error calls it @param read @throws InvalidInput @throws as `read`, and InvalidInput for no file */
  constructor(
    path: string,
    field: string,
    read: (path: string) => Content,
    say: { readonly again: (content: Content) => void; readonly refused: (reason: string) => void },
  ) {
    this.#path = path;
    this.#field = field;
    this.#read = read;
    this.#say = say;
    this.#version = this.#look();
    this.#content = read(path);
  }

  get content(): Content {
    let version = this.#version;
    try {
      version = this.#look();
      if (version === this.#version) return this.#content;
      this.#content = this.#read(this.#path);
      this.#say.again(this.#content);
    } catch (error) {
      this.#say.refused(messageOf(error));
    }
    this.#version = version;
    return this.#content;
  }

  /** Differs when the file was written or replaced. */
  #look(): string {
    try {
      const { mtimeMs, ino, size } = statSync(this.#path);
      return `${mtimeMs} ${ino} ${size}`;
    } catch (error) {
      const hint = `The system says: ${messageOf(error)}`;
      throw invalidInput(this.#field, this.#path, "a file that this process may read", hint);
    }
  }
}
