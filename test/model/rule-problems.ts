import type { Problem } from "../../model/index.ts";
import { loadTexts } from "./memory-files.ts";

/** Line 5 has the host, from column 5; what stands before hosts shifts it. */
export const environment = (host: string, before = "") =>
  `environment: dev\ngateways:\n  - { name: egress, namespace: egress, ports: [{ port: 80, protocol: http }, { port: 443, protocol: tls }, { port: 5432, protocol: tcp }] }\n${before}hosts:\n  - ${host}\n`;
export const http = (rest: string) => `{ host: a.example, tls: none, ${rest} }`;

/** `line:column path: why → fix`. */
export const line = ({ line, column, path, why, fix }: Problem) =>
  `${line}:${column} ${path}: ${why} → ${fix}`;
/** What is found of one file, at noon of 2026-11-21. */
export function found(text: string) {
  const { problems, warnings, expired, environment } = loadTexts({ "env.yaml": text });
  return {
    problems: problems.map(line),
    warnings: warnings.map(line),
    expired: expired.map(({ owner, problem }) => `${owner} ${line(problem)}`),
    host: environment?.hosts[0],
  };
}
