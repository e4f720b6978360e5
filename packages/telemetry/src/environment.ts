/** Variables of a process. Only a main reads `process.env`; it passes it on. */
export type Environment = Readonly<Record<string, string | undefined>>;
