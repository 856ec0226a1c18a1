/** Line of the log, in Ponder's form, that says why the index was dropped. */
export const LEFT_BRANCH = {
  level: 50,
  msg: 'Dropped an index of a branch that the chain has left',
} as const;
/** Exit code of a process that another one should follow at once. */
export const BEGIN_ANEW = 75;
