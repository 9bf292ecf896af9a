import { anyOf, anyPathOf, type Matcher } from "../evaluate/match.ts";
import { remember } from "../evaluate/remember.ts";
import type { Refused, Requests, Row } from "./matrix.ts";
import type { Conditions } from "./samples.ts";
import { nameOf } from "./ways.ts";

/** A call as a row of the matrix is about it, but for the port. */
export interface RowCall {
  readonly principal: string;
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What a valid token says, by claim; empty: there is none. */
  readonly claims: Readonly<Record<string, string>>;
}

/** Whether a row says that the call gets to its host. */
export function rowLets(row: Row, call: RowCall): boolean {
  return (
    takes(row.principal)(call.principal) &&
    takes(row.host)(call.host) &&
    hasAll(row.user, call.claims) &&
    row.allowed.some((one) => takesRequest(one, call)) &&
    !row.refused.some((one) => isRefused(one, call))
  );
}

function isRefused(refused: Refused, call: RowCall): boolean {
  return (
    takes(refused.principal)(call.principal) &&
    takes(refused.host)(call.host) &&
    hasAll(refused.user, call.claims) &&
    takesRequest(refused, call)
  );
}

function takesRequest({ path, method, except, headers }: Requests, call: RowCall): boolean {
  const isExcepted =
    except.principals.some((one) => takes(one)(call.principal)) ||
    except.hosts.some((one) => takes(nameOf(one))(call.host)) ||
    except.paths.some((one) => takesPath(one)(call.path)) ||
    except.methods.some((one) => takes(one)(call.method));
  return (
    takesPath(path)(call.path) && takes(method)(call.method) && !isExcepted && hasAll(headers, call.headers)
  );
}

/** Whether of each condition one of the values is there. */
function hasAll(conditions: Conditions = {}, texts: Readonly<Record<string, string>>): boolean {
  return Object.entries(conditions).every(([name, values]) => {
    const text = texts[name];
    return text !== undefined && values.some((value) => takes(value)(text));
  });
}

/** The same few patterns are asked for again and again. */
const takes = remember((pattern: string): Matcher => anyOf([pattern]));
const takesPath = remember((pattern: string): Matcher => anyPathOf([pattern]));
