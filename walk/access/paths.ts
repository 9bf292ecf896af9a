import { commandRow, type World } from "../document.ts";
import type { Row } from "../row.ts";
import { codeOf, READER } from "./calls.ts";

/** Ways to write a path, and what comes of each where the mesh merges slashes. */
const PATHS: readonly (readonly [path: string, code: string])[] = [
  ["/health", "200"],
  ["/health?private=1", "200"],
  ["//health", "200"],
  ["/./health", "200"],
  ["/x/../health", "200"],
  ["/x/%2e%2e/health", "200"],
  ["/%68ealth", "200"],
  ["/x/..;/health", "200"],
  ["/x/.;/../health", "200"],
  ["/HEALTH", "403"],
  ["/health/", "403"],
  ["/health.", "403"],
  ["/health;x=1", "403"],
  ["/%2fhealth", "403"],
  ["/health%2f", "403"],
  ["/health%3bx", "403"],
  ["/public/page", "200"],
  ["/public", "403"],
  ["/public%2fpage", "403"],
  ["/public/../private", "403"],
  ["/public/%2e%2e/private", "403"],
  ["/public/.%2E/private", "403"],
  ["/public/..//private", "403"],
  ["/public\\..\\private", "403"],
  ["/public/..;/private", "403"],
  ["/public/..;x=1/private", "403"],
  ["/public/%2e%2e;/private", "403"],
  ["/items/7/name", "200"],
  ["/items/7/8/name", "403"],
  ["/items//name", "403"],
  ["/items/7/../name", "403"],
  ["/private", "403"],
];

/** What is allowed, and goes on as it is: a host that decodes it takes another path. */
const PASSED_ON = ["/public/..%2fprivate", "/public/..%5cprivate", "/public/..%3b/private"];

/** Paths hold against tricks: policy sees a path as the host will. */
export function pathRows(world: World): Row[] {
  const row = (step: string, command: string, expected: string) =>
    commandRow(world, READER, { step, command, expected });
  return [
    ...PATHS.map(([path, code]) => row(path, codeOf(`http://echo.example.com${path}`), code)),
    ...PASSED_ON.map((path) =>
      row(
        `${path}, as the host gets it`,
        `curl -s -m 10 --path-as-is 'http://echo.example.com${path}' | grep -o '/public[^"]*'`,
        path,
      ),
    ),
    row(
      "absolute form",
      codeOf("http://echo.example.com/", "--request-target http://echo.example.com/private"),
      "403",
    ),
    row(
      "absolute form, an allowed path",
      codeOf("http://echo.example.com/private", "--request-target http://echo.example.com/health"),
      "200",
    ),
    row("HTTP/2", codeOf("http://echo.example.com/private", "--http2-prior-knowledge"), "403"),
    row("another method", codeOf("http://echo.example.com/private", "-X PROPFIND"), "403"),
    row(
      "a header that names another path",
      codeOf(
        "http://echo.example.com/private",
        "-H 'X-Original-URL: /health'",
        "-H 'X-Envoy-Original-Path: /health'",
      ),
      "403",
    ),
  ];
}
