import type { MeshSettings } from "../manifests/mesh.ts";

/**
 * A path as Envoy's policies and routes see it: dots resolved, a backslash is a slash, encoded letters that need not be
 * are plain, the query is off. Each Envoy on the way does it again, and not always to the same end: encoded dots before
 * a semicolon (`%2e%2e;`) are letters to the first, and a dot segment to the second.
 *
 * @param path as the caller wrote it, with its query
 */
export function normalisedPath(path: string, normalization: MeshSettings["pathNormalization"]): string {
  const [written = ""] = path.split(/[?#]/, 1);
  if (!/[.%\\]|\/\//.test(written)) return written;
  const decoded = normalization === "DECODE_AND_MERGE_SLASHES" ? decodeSlashes(written) : written;
  const plain = cutParameters(decoded)
    .replaceAll("\\", "/")
    .replace(NESTED, "%25")
    .replace(/%([0-9a-f]{2})/gi, unreserved);
  const resolved = resolveDots(plain);
  return normalization === "BASE" ? resolved : mergeSlashes(resolved);
}

/** A percent sign that would begin an encoded letter once what follows is decoded, as in `%2%66`: it is encoded itself. */
const NESTED = /%(?![0-9a-f]{2})(?=(?:[0-9a-f]|%3[0-9]|%[46][1-6]){2})/gi;

/** Of nothing but slashes two are left. */
function mergeSlashes(path: string): string {
  return /^\/{2,}$/.test(path) ? "//" : path.replace(/\/{2,}/g, "/");
}

function decodeSlashes(path: string): string {
  return path.replace(/%2f/gi, "/").replace(/%5c/gi, "\\");
}

/** `..;x` is `..` and `.;x` is `.`, of the segments as they are written: what is decoded later is not looked at. */
function cutParameters(path: string): string {
  return path.replace(/(?<=\/)(\.\.?);[^/]*/g, "$1");
}

function unreserved(encoded: string, digits: string): string {
  const letter = String.fromCharCode(Number.parseInt(digits, 16));
  return /[A-Za-z0-9\-._~]/.test(letter) ? letter : encoded;
}

/** Segments `.` and `..` as in a URL; two slashes stay two. */
function resolveDots(path: string): string {
  const segments = path.split("/").slice(1);
  const kept: string[] = [];
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === "..") kept.pop();
    if (segment !== "." && segment !== "..") kept.push(segment);
    else if (isLast) kept.push("");
  });
  return `/${kept.join("/")}`;
}
