import type { DeclaredHost } from "../environment.ts";
import { formatPosition } from "../problem.ts";
import type { ReportFault } from "../source.ts";

/** A host that is sound by itself, and how a fault of it is told. */
export interface SoundHost {
  readonly host: DeclaredHost;
  readonly fault: ReportFault;
}

/** Where a host is declared, for a message about another. */
export function placeOfHost({ at }: DeclaredHost): string {
  return formatPosition(at);
}
