/** One piece of work that the progress display shows by its title. */
export interface Step {
  readonly title: string;
  /** The reason why there is nothing to do, or false when there is. */
  readonly skip?: () => Promise<string | false>;
  /** Steps without `group` run one after another; neighbours of one group run at the same time. */
  readonly group?: string;
  /** Does the work; `log` takes short notes, `signal` asks it to stop early. */
  readonly run: (log: (line: string) => void, signal: AbortSignal) => Promise<void>;
}
