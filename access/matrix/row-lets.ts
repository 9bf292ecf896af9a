import { requestHeader, requestPrincipals, tokenClaim } from "../evaluate/conditions.ts";
import { anyOf, anyPathOf, type Matcher } from "../evaluate/match.ts";
import { remember } from "../evaluate/remember.ts";
import { type Headers, valuesOf } from "../evaluate/request.ts";
import type { Refused, Requests, Row } from "./matrix.ts";
import { type Conditions, type Except, nameOf } from "./samples.ts";

/** A call as a row of the matrix is about it, but for the port. */
export interface RowCall {
  readonly principal: string;
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Headers;
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
  return (
    takesPath(path)(call.path) &&
    takes(method)(call.method) &&
    hasAll(headers, call.headers) &&
    !isExcepted(except, call)
  );
}

function isExcepted({ principals, hosts, paths, methods, users, headers, claims }: Except, call: RowCall) {
  return (
    principals.some((one) => takes(one)(call.principal)) ||
    hosts.some((one) => takes(nameOf(one))(call.host)) ||
    paths.some((one) => takesPath(one)(call.path)) ||
    methods.some((one) => takes(one)(call.method)) ||
    (users.length > 0 && requestPrincipals(users)(call)) ||
    Object.entries(headers).some(([name, values]) => requestHeader(name, values)(call)) ||
    Object.entries(claims).some(([name, values]) => tokenClaim([name], values)(call))
  );
}

/** Whether of each condition one of the values is there. */
function hasAll(conditions: Conditions = {}, texts: Headers): boolean {
  return Object.entries(conditions).every(([name, values]) =>
    valuesOf(texts, name).some((text) => values.some((value) => takes(value)(text))),
  );
}

/** The same few patterns are asked for again and again. */
const takes = remember((pattern: string): Matcher => anyOf([pattern]));
const takesPath = remember((pattern: string): Matcher => anyPathOf([pattern]));
