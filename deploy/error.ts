/** A stack can't be deployed from here: what is missing or failed, and how to mend it. */
export class DeployError extends Error {
  readonly fix: string;

  constructor(what: string, fix: string, options?: ErrorOptions) {
    super(what, options);
    this.name = "DeployError";
    this.fix = fix;
  }
}
