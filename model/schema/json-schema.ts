import { z } from "zod";
import { CatalogFile, EnvironmentFile } from "./schema.ts";

const FILES = { environment: EnvironmentFile, catalog: CatalogFile } as const;

/**
 * The JSON Schema (draft 7, which every editor knows) of a kind of file: keys, types and words. It takes whatever check takes;
 * check also refuses what no schema can tell, such as two gateways of one name.
 *
 * @example
 * jsonSchema("catalog").required // ["owner"]
 */
export function jsonSchema(kind: keyof typeof FILES): z.core.JSONSchema.BaseSchema {
  // What is written, before defaults: no key that has one is required.
  return z.toJSONSchema(FILES[kind], { io: "input", target: "draft-7" });
}
