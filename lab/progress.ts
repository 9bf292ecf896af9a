import { Listr, type ListrTask, PRESET_TIMER } from "listr2";
import type { Step } from "./steps.ts";

/** How steps are shown: `auto` is a live display on a terminal and plain lines elsewhere. */
export type Display = "auto" | "silent";

/** Runs steps in order, neighbours of one group together, showing what runs, for how long, and what is next. */
export async function runSteps(steps: readonly Step[], signal: AbortSignal, display: Display): Promise<void> {
  const running = new Set<Promise<void>>();
  const tasks = groupSteps(steps).map((group) => {
    const [first] = group.steps;
    return group.steps.length === 1 && first
      ? toTask(first, signal, running)
      : toGroup(group.name, group.steps, signal, running);
  });
  // Interrupts come by the signal, so that the lab is cleaned up; listr2 would leave at once.
  const list = new Listr(tasks, {
    concurrent: false,
    exitOnError: true,
    registerSignalListeners: false,
    renderer: display === "silent" ? "silent" : "default",
    fallbackRenderer: "verbose",
    // A terminal that says it has no columns would get its lines cut to nothing.
    fallbackRendererCondition: display === "auto" && process.stdout.columns === 0,
    rendererOptions: {
      timer: PRESET_TIMER,
      collapseSubtasks: true,
      collapseSkips: true,
      showErrorMessage: false,
    },
    fallbackRendererOptions: { timer: PRESET_TIMER, logTitleChange: false },
  });
  try {
    await list.run();
  } finally {
    // After a failure its neighbours still stop: whoever cleans up must not do so before they have.
    await Promise.allSettled(running);
  }
}

/** Neighbouring steps of one group, in their order. */
export function groupSteps(steps: readonly Step[]): { name: string; steps: Step[] }[] {
  const groups: { name: string; steps: Step[] }[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (step.group && last?.name === step.group) last.steps.push(step);
    else groups.push({ name: step.group ?? step.title, steps: [step] });
  }
  return groups;
}

type Running = Set<Promise<void>>;

function toGroup(title: string, steps: readonly Step[], signal: AbortSignal, running: Running): ListrTask {
  // The first failure stops the group's other steps: their work would be in vain.
  const controller = new AbortController();
  const either = AbortSignal.any([signal, controller.signal]);
  return {
    title,
    task: (_, task) =>
      task.newListr(
        steps.map((step) => toTask(step, either, running, (error) => controller.abort(error))),
        { concurrent: true, exitOnError: true },
      ),
  };
}

function toTask(
  step: Step,
  signal: AbortSignal,
  running: Running,
  failed?: (error: unknown) => void,
): ListrTask {
  return {
    title: step.title,
    task: async (_, task) => {
      signal.throwIfAborted();
      const reason = await step.skip?.();
      if (reason) {
        task.skip(`${step.title}: ${reason}`);
        return;
      }
      const begin = Date.now();
      const clock = setInterval(() => {
        task.title = `${step.title} (${Math.round((Date.now() - begin) / 1000)} s)`;
      }, 1_000);
      try {
        const work = step.run((line) => {
          task.output = line;
        }, signal);
        running.add(work);
        await work;
      } catch (error) {
        failed?.(error);
        throw error;
      } finally {
        clearInterval(clock);
        task.title = step.title;
      }
    },
  };
}
