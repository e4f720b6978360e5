/** Lead where no other process can, as FactLog.lead says. */
export const leadAlone = async (act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) await act(signal);
};
