/** The name of the result, [images, classes], in every form. */
export const LOGITS = "logits";
