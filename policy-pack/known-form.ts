import { faultOf, kindRead } from "../access/manifests/read.ts";
import { objectKey } from "../plan/manifest.ts";
import type { Rule } from "./rule.ts";

/** What can't be read can't be judged: it would pass all the other rules. */
export const knownForm: Rule = {
  name: "known-form",
  description: "Every object that the rules are about is of its kind's form, so that they can read it.",
  find: (_objects, _expected, manifests) =>
    manifests.flatMap((manifest) => {
      const kind = kindRead(manifest);
      const fault = kind && faultOf(kind, manifest);
      if (fault === undefined) return [];
      const why = `no rule can read it, as it is not of its kind's form (${fault})`;
      return [{ object: objectKey(manifest), path: "", why, fix: "write that field as its kind has it" }];
    }),
};
