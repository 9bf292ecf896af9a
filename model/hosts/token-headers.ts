import type { Issuer } from "../environment.ts";
import type { Problem } from "../problem.ts";
import type { WrittenRule } from "../rules/read-rules.ts";
import type { Sound } from "../sound.ts";
import { problemAt } from "../source.ts";

/**
 * Finds rules by the header that an issuer's token comes in. Envoy looks at tokens before rules and routes, and takes
 * out those that hold; others it refuses. So such a rule never sees one.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/jwt_authn/v3/config.proto (forward)
 */
export function checkTokenHeaders(
  rules: Iterable<WrittenRule>,
  issuers: Sound<readonly Issuer[]> | undefined,
): Problem[] {
  if (issuers === undefined || issuers.length === 0) return [];
  return [...rules].flatMap(({ rule, source, path }) =>
    (rule?.headers ?? []).flatMap(({ name, values }) => {
      const issuer = issuers.find((one) => one?.header === name)?.name;
      if (issuer === undefined || !values.some((value) => isToken(name, value))) return [];
      return [
        problemAt(
          source,
          [...path, "headers", name],
          undefined,
          `the gateway takes tokens of ${issuer} out of ${name} before it looks at rules, so that this never matches`,
          `ask for the end user instead, such as users: { issuer: ${issuer} }`,
        ),
      ];
    }),
  );
}

/** In `authorization` a token stands after `Bearer`; what else is there is the host's. */
function isToken(header: string, value: string): boolean {
  return header !== "authorization" || value.startsWith("Bearer");
}
