/** How `bnas` ends; the README and `bnas --help` list the same. */
export const EXIT = {
  done: 0,
  /** A fault of ours: please report it. */
  fault: 1,
  /** A flag, the configuration, the dataset or the output folder cannot be used. Nothing was written over. */
  badInput: 2,
  /** The search ended without a genotype: failed or cancelled. */
  noGenotype: 3,
  /** Facts or blobs are damaged. */
  damaged: 4,
  /** A mesh, a broker or a store does not answer, or has no room: the same command may do later. */
  unreachable: 5,
  /** The search diverged: it has a genotype, which is an accident of broken weights. */
  diverged: 6,
  /** Who read standard output left before all was written; as a shell says it of SIGPIPE. */
  unread: 141,
  /** Stopped by Ctrl-C or SIGTERM; `--resume` continues. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
