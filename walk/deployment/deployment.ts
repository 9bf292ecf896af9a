import type { Environment } from "../../model/environment.ts";

/** A way to put an environment in force on a cluster. */
export interface Deployment {
  /** What does it, in a few words. */
  readonly by: string;
  /**
   * Makes the cluster hold this environment and nothing of the one put before, and waits until every proxy has it and
   * the connections of before are gone.
   *
   * @throws if a part is not taken
   */
  put(environment: Environment): Promise<void>;
  /** Takes away what was put last. */
  remove(): Promise<void>;
}
