import { z } from "zod";
import type { Path } from "../source.ts";

/** The schemas that stand at a path below a schema: itself and what it wraps, and each form where it has several. */
export function schemasAt(schema: z.core.$ZodType, path: Path): z.ZodType[] {
  const [step, ...rest] = path;
  const here = step === undefined ? [schema as z.ZodType] : [];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return [...here, ...schemasAt(schema.unwrap(), path)];
  if (schema instanceof z.ZodUnion)
    return [...here, ...schema.options.flatMap((option) => schemasAt(option, path))];
  if (schema instanceof z.ZodPipe) return [...here, ...schemasAt(schema.in, path)];
  if (step === undefined) return here;
  if (schema instanceof z.ZodArray) return schemasAt(schema.element, rest);
  if (schema instanceof z.ZodRecord) return schemasAt(schema.valueType, rest);
  if (schema instanceof z.ZodObject && Object.hasOwn(schema.shape, step))
    return schemasAt(schema.shape[step] as z.core.$ZodType, rest);
  return [];
}

/** The keys that a map at a path may have, sorted. */
export function keysAt(schema: z.ZodType, path: Path): string[] {
  const keys = schemasAt(schema, path).flatMap((found) =>
    found instanceof z.ZodObject ? Object.keys(found.shape) : [],
  );
  return [...new Set(keys)].sort();
}
