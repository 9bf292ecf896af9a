import type { LabelSelector } from "./specs.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * Whether a selector of Kubernetes takes some labels; undefined where that depends on labels that nobody told.
 *
 * @param isAll whether these are all labels, so that another is known not to be there
 */
export function labelsFit(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Labels,
  isAll: boolean,
): boolean | undefined {
  const fits = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, holds: (own?: string) => own === value })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({
      key,
      holds: (own?: string) => holds(operator, values, own),
    })),
  ].map(({ key, holds }) => (isAll || labels[key] !== undefined ? holds(labels[key]) : undefined));
  if (fits.includes(false)) return false;
  return fits.includes(undefined) ? undefined : true;
}

function holds(operator: string, values: readonly string[], own: string | undefined): boolean {
  switch (operator) {
    case "In":
      return own !== undefined && values.includes(own);
    case "NotIn":
      return own === undefined || !values.includes(own);
    case "Exists":
      return own !== undefined;
    default:
      return own === undefined;
  }
}
