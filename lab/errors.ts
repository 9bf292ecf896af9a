/** The machine or the cluster cannot do what was asked (exit code 2): says what, why, and how to mend it. */
export class LabError extends Error {
  readonly what: string;
  readonly why: string;
  readonly fix: string;

  constructor(what: string, why: string, fix: string, options?: ErrorOptions) {
    super(`${what}: ${why}\n  How to mend it: ${fix}`, options);
    this.name = "LabError";
    this.what = what;
    this.why = why;
    this.fix = fix;
  }
}
