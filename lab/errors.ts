/** The machine or the cluster cannot do what was asked (exit code 2): says what and why, and in `fix` how to mend it. */
export class LabError extends Error {
  readonly what: string;
  readonly why: string;
  readonly fix: string;

  constructor(what: string, why: string, fix: string, options?: ErrorOptions) {
    super(`${what}: ${why}`, options);
    this.name = "LabError";
    this.what = what;
    this.why = why;
    this.fix = fix;
  }
}
