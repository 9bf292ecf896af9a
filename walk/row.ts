/** One step of a walk-through: what is typed, what the document expects, and how the answer is read. */
export interface Row {
  readonly step: string;
  readonly command: string;
  readonly expected: string;
  /** Does it, and gives what was got in the same words as `expected`. */
  readonly answer: () => Promise<string>;
}

/** A row and what came of it. */
export interface WalkedRow extends Omit<Row, "answer"> {
  readonly got: string;
  readonly passed: boolean;
}

/**
 * Walks one row, once: whatever is put in force is so before, and a request that is let through or dropped for a moment
 * must be seen. An answer that could not be had is a wrong one.
 */
export async function walkRow({ answer, ...row }: Row): Promise<WalkedRow> {
  const got = await answer().catch(
    (error: unknown) => `error: ${error instanceof Error ? error.message : String(error)}`,
  );
  return { ...row, got, passed: got === row.expected };
}
