import type { Fault } from "./names.ts";

/** How Istio's policies write a path. */
type PathForm = "exact" | "prefix" | "suffix" | "template";

const TEMPLATE = /\{\*\*?\}/;

/** `/health` is exact, `/sport/*` a prefix, `*.json` a suffix, and with `{*}` or `{**}` it is a template. */
export function formOf(path: string): PathForm {
  if (TEMPLATE.test(path)) return "template";
  if (path.endsWith("*")) return "prefix";
  return path.startsWith("*") ? "suffix" : "exact";
}

/** What a path is without its star. */
export function literalOf(path: string): string {
  return path.replace(/^\*|\*$/g, "");
}

/** What is wrong with a path, or undefined: it has one of the four forms, and no normalizer would change it. */
export function pathFault(path: string): Fault | undefined {
  if (path === "") return { why: "a path can't be empty", fix: "write /, or leave paths: out" };
  if (path === "*" || path === "/*") return { why: "this is every path", fix: "leave paths: out" };
  if (!path.startsWith("/") && !path.startsWith("*"))
    return {
      why: "a path begins with a slash, or with a star where it is an end",
      fix: `write ${normalized(`/${path}`)}, or ${normalized(`*${path}`)}`,
    };
  const form = formOf(path);
  const literal = form === "template" ? path.replaceAll(/\{\*\*?\}/g, "x") : literalOf(path);
  return (
    (form === "template" ? templateFault(path) : starFault(path, literal)) ?? literalFault(path, literal)
  );
}

function starFault(path: string, literal: string): Fault | undefined {
  if (/[{}]/.test(literal))
    return {
      why: "a template has {*} for one segment or {**} for any number",
      fix: "write such as /a/{*}/b",
    };
  if (!literal.includes("*") && !/^\*.*\*$/.test(path)) return undefined;
  return {
    why: "a star stands at the beginning or at the end of a path, and only once",
    fix: "write {*} for one segment in the middle, such as /a/{*}/b",
  };
}

/** Istio's own rules for templates. */
function templateFault(path: string): Fault | undefined {
  const segments = path.split("/");
  if (segments.some((segment) => segment.replace(/^\{\*\*?\}$/, "").match(/[{}*]/)))
    return {
      why: "{*} and {**} each are a whole segment, and no other star stands beside them",
      fix: "write such as /a/{*}/b or /a/{**}",
    };
  const rest = segments.slice(segments.indexOf("{**}") + 1);
  if (!path.startsWith("/") || (segments.includes("{**}") && rest.some((segment) => TEMPLATE.test(segment))))
    return { why: "{**} can only be the last of a template's operators", fix: "write such as /a/{*}/{**}" };
  return undefined;
}

/** What may stand in a path as it is (RFC 3986). */
const PATH_TEXT = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;

function literalFault(path: string, literal: string): Fault | undefined {
  if (/[?#]/.test(literal))
    return {
      why: "a path has no query and no fragment: policies do not see them",
      fix: `write ${path.split(/[?#]/)[0]}`,
    };
  if (!/%|\/\.|\/\//.test(literal) && PATH_TEXT.test(literal)) return undefined;
  const normal = normalized(literal);
  if (normal === literal && PATH_TEXT.test(literal)) return undefined;
  return {
    why: "the gateway would normalize this path before it is compared, so that it never matches",
    fix: `write ${path.replace(literal, () => normal)}`,
  };
}

/**
 * A path as the gateway compares it (pathNormalization MERGE_SLASHES or DECODE_AND_MERGE_SLASHES): no dot segments
 * (`..;x` is one too), no two slashes in a row, plain characters decoded and others encoded. An encoded slash stays
 * one: only DECODE_AND_MERGE_SLASHES takes it for a slash, and then a rule that names it matches nothing.
 */
function normalized(path: string): string {
  const plain = path
    .replaceAll("\\", "/")
    .replaceAll(/%([0-9a-f]{2})/gi, (encoded, digits: string) => {
      const character = String.fromCharCode(Number.parseInt(digits, 16));
      return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded;
    })
    .replaceAll(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu, (character) =>
      encodeURIComponent(character.toWellFormed()),
    )
    .replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25")
    .replaceAll(/\/{2,}/g, "/")
    .replaceAll(/(?<=\/)(\.\.?);[^/]*/g, "$1");
  const segments: string[] = [];
  const parts = plain.split("/");
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (part === "..") segments.splice(Math.max(1, segments.length - 1));
    else if (part !== ".") segments.push(part);
    if (last && (part === "." || part === "..")) segments.push("");
  }
  return segments.join("/");
}

/** What stands before the first star or operator. */
export function beginningOf(path: string): string {
  return path.split(/\*|\{/, 1)[0] ?? "";
}

/** What stands behind the last star or operator. */
function endingOf(path: string): string {
  return path.split(/\*|\}/).at(-1) ?? "";
}

/** Whether every path that `narrow` matches is one that `wide` matches; false where that can't be told. */
export function coversPath(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  switch (formOf(wide)) {
    case "prefix":
      return formOf(narrow) !== "suffix" && beginningOf(narrow).startsWith(literalOf(wide));
    case "suffix":
      return ["exact", "suffix"].includes(formOf(narrow)) && literalOf(narrow).endsWith(literalOf(wide));
    default:
      return false;
  }
}

/** Whether some path may match both; true where that can't be told. */
export function pathsMeet(one: string, other: string): boolean {
  if (formOf(one) === "exact") return mayMatch(other, one);
  if (formOf(other) === "exact") return mayMatch(one, other);
  const [begin, otherBegin] = [beginningOf(one), beginningOf(other)];
  const [end, otherEnd] = [endingOf(one), endingOf(other)];
  return (
    (begin.startsWith(otherBegin) || otherBegin.startsWith(begin)) &&
    (end.endsWith(otherEnd) || otherEnd.endsWith(end))
  );
}

function mayMatch(pattern: string, path: string): boolean {
  if (formOf(pattern) === "exact") return pattern === path;
  return path.startsWith(beginningOf(pattern)) && path.endsWith(endingOf(pattern));
}

/**
 * Whether a path that is allowed may be, to the host, one that is denied: in other letters' case, or with `;params`
 * that many servers leave out, or with an encoded slash. What is allowed exactly is meant as it is.
 */
export function slipsPast(allowed: string, denied: string): boolean {
  if (formOf(allowed) === "exact" || coversPath(denied, allowed)) return false;
  const [open, closed] = [plain(beginningOf(allowed)), plain(beginningOf(denied))];
  return closed.startsWith(open) || (formOf(denied) !== "exact" && open.startsWith(closed));
}

/** As a host may read it that takes encoded slashes for slashes, whatever the letters' case. */
function plain(path: string): string {
  return path.toLowerCase().replaceAll(/%2f|%5c/g, "/");
}
