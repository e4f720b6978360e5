import { compact, encodeBnn, lower, type Model } from "@bnas/model";
import { type LoadedNetwork, load } from "@bnas/runtime";

/** A model as it runs on a device: in 1-bit form, loaded by the runtime. */
export const oneBitForm = (model: Model): Promise<LoadedNetwork> => load(encodeBnn(compact(lower(model))));
