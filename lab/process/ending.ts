const requests = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** npm hands on a Ctrl-C that the terminal has sent already: what comes so soon is the same request. */
const SAME_REQUEST_MILLISECONDS = 1_000;

/**
 * A signal for work that has to clean up when this process is asked to end: by Ctrl-C, by `kill`, by a terminal that
 * closes. Asked once more, the process ends at once.
 *
 * @param reason what the work is ended with
 */
export function endingSignal(reason: Error): AbortSignal {
  const controller = new AbortController();
  let asked: number | undefined;
  const end = (name: NodeJS.Signals): void => {
    if (asked !== undefined && Date.now() - asked > SAME_REQUEST_MILLISECONDS) {
      process.off(name, end);
      process.kill(process.pid, name);
      return;
    }
    asked ??= Date.now();
    controller.abort(reason);
  };
  // Not `once`: execa listens too, and where it finds itself alone it lets the process die at once.
  for (const name of requests) process.on(name, end);
  // A terminal that has closed takes no more words; unheard, that error would end us before we have cleaned up.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => controller.abort(reason));
  return controller.signal;
}
