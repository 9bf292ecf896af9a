import type { AccessChange } from "../../access/diff/access.ts";
import type { Cost } from "../../access/diff/cost.ts";
import type { ObjectChange } from "../../access/diff/objects.ts";
import type { ProtectionChange } from "../../access/diff/protection.ts";
import type { Row } from "../../access/matrix/matrix.ts";
import { count } from "../input/environment.ts";
import { notesOf, said, saidOfRefused, saidOfToken } from "../output/cells.ts";

/** `news/politics`, `news/*` for all accounts of a namespace. */
export function callerOf({ namespace, account }: Row): string {
  return namespace === "*" ? "everyone in the mesh" : `${namespace}/${account}`;
}

/** `edition.cnn.com:443`. */
export function targetOf({ host, port }: Row): string {
  return `${host}:${port}`;
}

/** What a row lets happen, a text each. */
function requestsOf(row: Row): string[] {
  const { allowed, refused, user } = row;
  return [
    ...allowed.map(said),
    ...refused.map((one) => `refused: ${saidOfRefused(one, row)}`),
    ...(user === undefined ? [] : [`with a token of ${saidOfToken(user).join(", ")}`]),
    ...notesOf(row),
  ];
}

/** What of a change, and what there is of it on the other side. */
export function changeOf(change: AccessChange, otherSide: "before" | "still"): string[] {
  const { other } = change;
  return [
    ...requestsOf(change),
    ...(other === undefined ? [] : [`${otherSide}: ${requestsOf(other).join("; ")}`]),
  ];
}

/** `no longer: …`, `…`, or `was: …; is: …`. */
export function protectionOf({ before, after }: ProtectionChange): string {
  if (before === undefined) return after ?? "";
  return after === undefined ? `no longer: ${before}` : `was: ${before}; is: ${after}`;
}

const SHOWN_FIELDS = 4;

/** An object with what differs in it. */
export function objectOf({ object, fields, isForeign }: ObjectChange): string {
  const more = fields.length > SHOWN_FIELDS ? `, … (${fields.length})` : "";
  const differs = fields.length === 0 ? "" : `: ${fields.slice(0, SHOWN_FIELDS).join(", ")}${more}`;
  return `${object}${isForeign ? " (foreign)" : ""}${differs}`;
}

/** What a change costs, a text each; of what costs nothing nothing. */
export function costOf({ objects, configuration, restarts }: Cost): string[] {
  const grown = objects.after - objects.before;
  return [
    `${count(objects.after, "object")}${grown === 0 ? "" : `, ${signed(grown)}`}`,
    ...configuration.map(
      ({ proxies, bytes }) => `${proxies}: about ${signed(kilobytes(bytes))} KB of configuration`,
    ),
    ...restarts.map((deployment) => `${deployment} replaces its pods one after the other`),
  ];
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 100) / 10;
}

function signed(number: number): string {
  return number < 0 ? `−${-number}` : `+${number}`;
}
