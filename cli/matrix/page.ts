import type { Row } from "../../access/matrix/matrix.ts";
import { htmlPage } from "../../page/page.ts";
import { type Column, columnOf } from "../../page/table.ts";
import { type Cells, cellsOf, columnsFor } from "../output/cells.ts";

const FILTERS: Readonly<Partial<Record<keyof Cells, Column["filter"]>>> = {
  namespace: "choice",
  host: "choice",
  port: "choice",
  gateway: "choice",
  refused: "presence",
  notes: "presence",
};

const INTRODUCTION =
  "Read out of the manifests by what Istio does with them. * as an account is every account of the namespace, and " +
  "as a namespace everyone in the mesh. What is refused is taken away from what is allowed beside it. Whom no row " +
  "names is refused.";

/**
 * The matrix as a page to look at and filter.
 *
 * @param name what it is of
 * @param gaps what it does not tell of
 */
export async function matrixPage(
  name: string,
  rows: readonly Row[],
  gaps: readonly string[],
): Promise<string> {
  const cells = rows.map(cellsOf);
  const columns = columnsFor(cells).map((column) =>
    columnOf(
      column,
      cells.map((line) => line[column]),
      FILTERS[column],
    ),
  );
  const title = `Who may call what: ${name}`;
  return htmlPage({ title, introduction: INTRODUCTION, gaps, table: { columns, rows: rows.length } });
}
