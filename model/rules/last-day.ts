const DAY = 24 * 60 * 60 * 1000;
/** So many days before an end it is told. */
const NOTICE_DAYS = 14;

/** How far off the end of a rule is. */
type End = { readonly is: "over" } | { readonly is: "soon"; readonly when: string } | { readonly is: "far" };

/** The midnight with which the day after a last day begins, in UTC. */
export function dayAfter(lastDay: string): Date {
  return new Date(Date.parse(lastDay) + DAY);
}

/** @param lastDay such as 2026-12-31: it counts through that day, in UTC */
export function endOf(lastDay: string, now: Date): End {
  const rest = dayAfter(lastDay).getTime() - now.getTime();
  if (rest <= 0) return { is: "over" };
  // A day begins with its midnight, which is no day before it.
  const left = Math.ceil(rest / DAY) - 1;
  if (left > NOTICE_DAYS) return { is: "far" };
  return { is: "soon", when: left === 0 ? "today" : `in ${left} day${left === 1 ? "" : "s"}` };
}
