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

/** Walks one row. An answer that is not (yet) the expected one is asked for again until the limit or the signal. */
export async function walkRow({ answer, ...row }: Row, signal: AbortSignal): Promise<WalkedRow> {
  const deadline = Date.now() + SETTLING_MILLISECONDS;
  for (;;) {
    const got = await answer().catch(
      (error: unknown) => `error: ${error instanceof Error ? error.message : String(error)}`,
    );
    signal.throwIfAborted();
    if (got === row.expected || Date.now() > deadline) return { ...row, got, passed: got === row.expected };
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
}
