/** @param share in [0, 1]. As a person reads it: `61.2 %` */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
