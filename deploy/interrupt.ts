import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

/** Longer than the engine needs to say that it has heard. */
const HEARING_MILLISECONDS = 1_000;

/** A signal for the engine's process. */
interface EngineSignal {
  readonly signal: AbortSignal;
  /** Has to be told of each event of the engine. */
  onEvent(event: EngineEvent): void;
  /** The engine has ended. */
  close(): void;
}

/**
 * Hands a request to end on to the engine, once. A terminal sends Ctrl-C to the engine as well, and a second one makes
 * the engine stop at once, with what it was at unknown and the stack locked: so only an engine that does not say that it
 * is cancelling is told.
 */
export function engineSignal(asked: AbortSignal): EngineSignal {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let heard = false;
  const hear = () => {
    if (!heard) timer = setTimeout(() => controller.abort(asked.reason), HEARING_MILLISECONDS);
  };
  asked.addEventListener("abort", hear, { once: true });
  const close = () => {
    clearTimeout(timer);
    asked.removeEventListener("abort", hear);
  };
  return {
    signal: controller.signal,
    onEvent: ({ stdoutEvent }) => {
      if (!stdoutEvent?.message.startsWith("^C received")) return;
      heard = true;
      clearTimeout(timer);
    },
    close,
  };
}
