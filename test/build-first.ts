import { build } from "../build.js";

/** Before tests that start `bnas` and services: they run what is built of the source as it stands now. */
export default async function setup(): Promise<void> {
  await build();
}
