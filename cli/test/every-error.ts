import { type BnasError, type Code, fault, invalidInput, notAllowed, retryLater } from "@bnas/errors";

/** An error of a code, as whatever throws that code makes it. */
export const errorOf = (code: Code): BnasError => {
  switch (code) {
    case "INVALID_INPUT":
      return invalidInput("spec.data.imageSize", 3, "0, or 8 to 512", "Write 0.");
    case "FACTS_DAMAGED":
      return notAllowed(code, "facts.jsonl line 7", "{", "a line as it was written", "Take it from a copy.");
    case "RETRY":
      return retryLater(100, "not yet");
    default:
      return fault(code, `this is ${code}`, "Do this.");
  }
};
