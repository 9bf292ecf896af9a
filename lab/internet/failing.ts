import { type Routes, textLine } from "./routes.ts";

/** How often each name was asked for. */
const counts = new Map<string, number>();

/**
 * What the host of failures answers.
 *
 * - `/status?code=N`: that status.
 * - `/drop?first=N&name=X`: closes the connection without an answer for the first N requests of that name, of whatever
 *   method; then says which of them it is.
 */
export const failingRoutes: Routes = {
  "/status": ({ number }) => {
    const code = number("code");
    return code >= 200 && code <= 599 ? textLine(code, `status ${code}`) : textLine(400, "say ?code=N");
  },
  "/drop": ({ number, text }) => {
    const [first, name] = [number("first"), text("name")];
    if (Number.isNaN(first) || name === "") return textLine(400, "say ?first=N&name=X");
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count > first ? textLine(200, `request ${count}`) : { status: 200, headers: {}, body: dropped() };
  },
};

// biome-ignore lint/correctness/useYield: it ends before its first part, so that not even the head is sent.
async function* dropped(): AsyncGenerator<string> {
  throw new Error("dropped on purpose");
}
