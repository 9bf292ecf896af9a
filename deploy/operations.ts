import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { adopting } from "./adoption.ts";
import { guardCluster, releaseCluster } from "./cluster.ts";
import { DeployError } from "./error.ts";
import { type DeployEvent, eventOf, type Operation, outputsEvent } from "./events.ts";
import { engineSignal } from "./interrupt.ts";
import { failureOf } from "./stack.ts";

/** Whoever runs an operation. */
export interface Watcher {
  /** Told what happens. */
  readonly tell: (event: DeployEvent) => void;
  /** Ends the operation: what the engine has begun is finished, and the stack is left unlocked. */
  readonly signal: AbortSignal;
}

/**
 * Makes the cluster what the program says, what others changed since the last time included: that is told first, as
 * `drift`.
 *
 * @param adopt whether what `sallyport apply` wrote is taken over
 * @throws DeployError if a part of it failed, ClusterError if it is not the stack's cluster
 */
export async function up(stack: Stack, watcher: Watcher, adopt = false): Promise<void> {
  await guardCluster(stack, true);
  const refresh = await hasDrift(stack, watcher);
  const act = () => run("up", stack, watcher, (options) => stack.up({ ...options, refresh }));
  const { outputs } = await (adopt ? adopting(stack, act) : act());
  watcher.tell(outputsEvent(outputs));
}

/** Tells what `up` would do, drift first; the cluster and the state stay as they are. @throws as {@link up} */
export async function preview(stack: Stack, watcher: Watcher): Promise<void> {
  await guardCluster(stack, false);
  const refresh = await hasDrift(stack, watcher);
  await run("preview", stack, watcher, (options) => stack.preview({ ...options, refresh }));
}

/** Takes what is in the cluster into the state; the cluster stays as it is. @throws as {@link up} */
export async function refresh(stack: Stack, watcher: Watcher): Promise<void> {
  await guardCluster(stack, false);
  await run("refresh", stack, watcher, (options) => stack.refresh(options));
}

/** Takes away all that the stack has. The program runs along: it is what unmarks nodes. @throws as {@link up} */
export async function destroy(stack: Stack, watcher: Watcher): Promise<void> {
  await guardCluster(stack, false);
  await run("destroy", stack, watcher, (options) => stack.destroy({ ...options, runProgram: true }));
  await releaseCluster(stack);
}

/**
 * Whether the cluster is not as the state has it; false, with a warning, where that can't be read. The engine reads it
 * with the provider of the last up, whose access may have expired since.
 */
async function hasDrift(stack: Stack, { tell, signal }: Watcher): Promise<boolean> {
  let found = false;
  const watcher: Watcher = {
    signal,
    tell: (event) => {
      found ||= event.event === "step";
      tell(event);
    },
  };
  try {
    await run("drift", stack, watcher, (options) => stack.previewRefresh(options));
    return found;
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    const text = `what others changed is not known: ${error.message}`;
    tell({ event: "message", operation: "drift", severity: "warning", text });
    return false;
  }
}

interface Options {
  readonly color: "never";
  readonly signal: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
}

async function run<Result>(
  operation: Operation,
  stack: Stack,
  { tell, signal }: Watcher,
  act: (options: Options) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const engine = engineSignal(signal);
  const onEvent = (event: EngineEvent) => {
    engine.onEvent(event);
    const told = eventOf(operation, event);
    if (told !== undefined) tell(told);
  };
  try {
    return await act({ color: "never", signal: engine.signal, onEvent });
  } catch (error) {
    signal.throwIfAborted();
    throw failureOf(`${operation} of the stack ${stack.name} failed`, error);
  } finally {
    engine.close();
  }
}
