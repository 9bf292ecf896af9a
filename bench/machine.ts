import { cpus, loadavg, totalmem } from "node:os";

/** One line on what the numbers were measured on, and how busy it was. */
export function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1);
  return `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${gigabytes} GB, load ${load}`;
}
