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

/** New configuration takes a moment to reach every proxy; so long may a row's answer take to be right. */
const SETTLING_MILLISECONDS = 30_000;
const PAUSE_MILLISECONDS = 500;

/** Walks one row, once: for what a gate stands before. An answer that could not be had is a wrong one. */
export async function walkRowOnce({ answer, ...row }: Row): Promise<WalkedRow> {
  const got = await answer().catch(
    (error: unknown) => `error: ${error instanceof Error ? error.message : String(error)}`,
  );
  return { ...row, got, passed: got === row.expected };
}

/** Walks one row. An answer that is not (yet) the expected one is asked for again until the limit or the signal. */
export async function walkRow(row: Row, signal: AbortSignal): Promise<WalkedRow> {
  const deadline = Date.now() + SETTLING_MILLISECONDS;
  for (;;) {
    const walked = await walkRowOnce(row);
    signal.throwIfAborted();
    if (walked.passed || Date.now() > deadline) return walked;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
}
