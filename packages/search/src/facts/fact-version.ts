/**
 * In which version this program opens searches. It reads those of every version up to this one, and writes into a search facts of the version
 * in which it was opened (docs/adr/0036).
 */
export const FACT_VERSION: number = 1;

/** The versions that this program reads. */
export const FACT_VERSIONS: readonly number[] = Array.from({ length: FACT_VERSION }, (_, before) => before + 1);
