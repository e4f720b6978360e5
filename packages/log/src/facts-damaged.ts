import { InvalidInput } from "@bnas/search";

/** A line of a file of facts is not as it was written, or was written by another version. `field` is the file and the line. */
export class FactsDamaged extends InvalidInput {
  override readonly name = "FactsDamaged";
}
