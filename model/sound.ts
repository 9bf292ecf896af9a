import { z } from "zod";

/** Data of which some parts are missing, as those were at fault; lists keep the places of what is missing. */
export type Sound<T> = T extends readonly (infer E)[]
  ? readonly (Sound<E> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Sound<T[K]> | undefined }
    : T;

/**
 * What of a value its schema accepts, with defaults, so that rules between parts hold wherever those parts are sound
 * and one fault hides no other. The whole value where nothing is wrong.
 *
 * @example
 * soundParts(Gateway, { name: "egress", drainSeconds: "x", replicas: { min: 5, max: 2 } })
 * // { name: "egress", replicas: { min: 5, max: 2 }, ports: [...], ... } without namespace and drainSeconds
 */
export function soundParts<S extends z.ZodType>(schema: S, value: unknown): Sound<z.output<S>> | undefined {
  return partsOf(schema, value) as Sound<z.output<S>> | undefined;
}

function partsOf(schema: z.core.$ZodType, value: unknown): unknown {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return partsOf(schema.unwrap(), value);
  if (schema instanceof z.ZodArray)
    return Array.isArray(value) ? value.map((entry) => partsOf(schema.element, entry)) : undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const record = value as Record<string, unknown>;
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = schema.def;
    const form = schema.options.find(
      (option) =>
        option instanceof z.ZodObject &&
        z.safeParse(option.shape[discriminator], record[discriminator]).success,
    );
    return form === undefined ? undefined : partsOf(form, value);
  }
  if (!(schema instanceof z.ZodObject)) return undefined;
  return Object.fromEntries(
    Object.entries(schema.shape).map(([key, part]) => [
      key,
      partsOf(part, Object.hasOwn(record, key) ? record[key] : undefined),
    ]),
  );
}
