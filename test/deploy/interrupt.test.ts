import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { engineSignal } from "../../deploy/interrupt.ts";

const event = (message: string) => ({ sequence: 1, timestamp: 1, stdoutEvent: { message, color: "never" } });

describe("a request to end", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is handed on to an engine that has not heard it", () => {
    const asked = new AbortController();
    const { signal, onEvent } = engineSignal(asked.signal);
    asked.abort();
    onEvent(event("something else"));
    vi.runAllTimers();
    expect(signal.aborted).toBe(true);
  });

  it("is not handed on to one that says that it is cancelling: asked twice, it would not wait", () => {
    const heardLater = new AbortController();
    const later = engineSignal(heardLater.signal);
    heardLater.abort();
    later.onEvent(event("^C received; cancelling. …"));
    const heardFirst = new AbortController();
    const first = engineSignal(heardFirst.signal);
    first.onEvent(event("^C received; cancelling. …"));
    heardFirst.abort();
    vi.runAllTimers();
    expect([later.signal.aborted, first.signal.aborted]).toEqual([false, false]);
  });

  it("is not handed on to one that has ended", () => {
    const asked = new AbortController();
    const { signal, close } = engineSignal(asked.signal);
    asked.abort();
    close();
    vi.runAllTimers();
    expect(signal.aborted).toBe(false);
  });
});
