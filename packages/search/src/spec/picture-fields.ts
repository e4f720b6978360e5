import { real } from "./within.js";

/**
 * Fields of `data` and of `train` for pictures that are larger than what a network sees. Younger than facts of version 1, which lack them:
 * what is absent is turned off.
 */
export const pictureFields = {
  cropArea: real(
    0,
    1,
    "Least share of an image's area that a random-resized crop takes, in place of a padded one; 0 turns it off. Needs `cropPadding: 0`.",
  ).exactOptional(),
  jitter: real(
    0,
    1,
    "Colour jitter: brightness, contrast and saturation are changed by factors from 1 - jitter to 1 + jitter; 0 turns it off.",
  ).exactOptional(),
  hue: real(
    0,
    0.5,
    "Colour jitter: hues are turned by up to this share of the circle; 0 turns it off.",
  ).exactOptional(),
};

/** What it means that a spec has none of them. */
export const NO_PICTURE_FIELDS = { cropArea: 0, jitter: 0, hue: 0 } as const;
