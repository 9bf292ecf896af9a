const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * A Kubernetes quantity as a number, to compare two: cores for CPU, bytes for memory. Not a number where it is none.
 *
 * @example
 * quantityValue("250m") // 0.25
 * quantityValue("1Ki") // 1024
 */
export function quantityValue(quantity: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  return digits === "" ? Number.NaN : Number(digits) * (UNITS[unit] ?? Number.NaN);
}
