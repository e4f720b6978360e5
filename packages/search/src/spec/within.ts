import { z } from "zod";

/** A whole number of the spec, its least and most value included. */
export const whole = (least: number, most: number, meaning: string) => z.int().min(least).max(most).describe(meaning);

/** A number of the spec. */
export const real = (least: number, most: number, meaning: string) => z.number().min(least).max(most).describe(meaning);
