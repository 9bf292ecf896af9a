import type { Table } from "../table.ts";

/**
 * What runs in the page. It is put there as its own text, so that it may use nothing but what stands in it, and types.
 *
 * Only some rows are in the page at a time, as a browser takes long for many. To filter, each text of a column is
 * compared once, and the rows by numbers.
 */
export function script(): void {
  const PER_PAGE = 100;
  /** More than these on paper are of no use to anybody. */
  const PRINTED = 5_000;

  const table: Table = JSON.parse(found("table", HTMLElement).textContent);
  const columns = table.columns.map((column) => ({
    ...column,
    cells: Uint32Array.from(column.cells),
    folded: column.texts.map((text) => text.toLowerCase()),
  }));
  const form = found("filters", HTMLFormElement);
  const search = found("search", HTMLInputElement);
  const status = found("status", HTMLElement);
  const body = found("rows", HTMLElement);
  const pages = found("pages", HTMLElement);
  const previous = found("previous", HTMLButtonElement);
  const next = found("next", HTMLButtonElement);
  const filters = columns.flatMap((column) => {
    if (column.filter === undefined || column.texts.every((text) => text === "")) return [];
    return [column.filter === "choice" ? choiceOf(column) : presenceOf(column)];
  });
  let matching = new Uint32Array();
  let page = 0;

  for (const { name } of columns)
    found("head", HTMLElement).append(cellOf("th", capitalised(name), { scope: "col" }));
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are empty once the event is over.
  form.addEventListener("reset", () => setTimeout(filter));
  previous.addEventListener("click", () => turn(page - 1));
  next.addEventListener("click", () => turn(page + 1));
  addEventListener("beforeprint", () => fill(matching.slice(0, PRINTED)));
  addEventListener("afterprint", () => turn(page));
  filter();

  function found<E extends HTMLElement>(id: string, type: new () => E): E {
    const element = document.getElementById(id);
    if (element instanceof type) return element;
    throw new Error(`the page has no ${id}`);
  }

  type Filter = {
    readonly cells: Uint32Array;
    /** Whether a row is left, told by the place of its cell's text; undefined where all are. */
    readonly test: () => ((place: number) => boolean) | undefined;
  };

  function choiceOf({ name, texts, cells }: (typeof columns)[number]): Filter {
    const select = document.createElement("select");
    select.append(new Option("all", ""));
    const places = texts.map((text, place) => ({ text, place }));
    const byText = new Intl.Collator("en", { numeric: true });
    for (const { text, place } of places.sort((a, b) => byText.compare(a.text, b.text)))
      select.append(new Option(text, String(place)));
    label(name, select);
    return {
      cells,
      test: () => {
        const wanted = Number(select.value);
        return select.value === "" ? undefined : (place) => place === wanted;
      },
    };
  }

  function presenceOf({ name, texts, cells }: (typeof columns)[number]): Filter {
    const box = document.createElement("input");
    box.type = "checkbox";
    label(`only rows with “${name}”`, box);
    const nothing = texts.indexOf("");
    return { cells, test: () => (box.checked ? (place) => place !== nothing : undefined) };
  }

  function label(text: string, field: HTMLElement): void {
    const element = document.createElement("label");
    const words = document.createTextNode(capitalised(text));
    element.append(...(field instanceof HTMLSelectElement ? [words, field] : [field, words]));
    form.querySelector("button")?.before(element);
  }

  function capitalised(text: string): string {
    return text.slice(0, 1).toUpperCase() + text.slice(1);
  }

  function filter(): void {
    const words = search.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    const searched = words.map((word) =>
      columns.map(({ cells, folded }) => ({
        cells,
        having: Uint8Array.from(folded, (text) => Number(text.includes(word))),
      })),
    );
    const tests = filters.flatMap(({ cells, test }) => {
      const own = test();
      return own === undefined ? [] : [{ cells, own }];
    });
    // Plain loops: of hundreds of thousands of rows each call counts.
    const isLeft = (row: number): boolean => {
      for (const { cells, own } of tests) if (!own(cells[row] ?? 0)) return false;
      for (const some of searched) {
        let has = false;
        for (const { cells, having } of some) has ||= having[cells[row] ?? 0] === 1;
        if (!has) return false;
      }
      return true;
    };
    const left = new Uint32Array(table.rows);
    let count = 0;
    for (let row = 0; row < table.rows; row++) {
      if (isLeft(row)) left[count++] = row;
    }
    matching = left.slice(0, count);
    turn(0);
  }

  function turn(to: number): void {
    page = to;
    const first = page * PER_PAGE;
    const shown = matching.slice(first, first + PER_PAGE);
    fill(shown);
    pages.hidden = matching.length <= PER_PAGE;
    previous.disabled = page === 0;
    next.disabled = first + PER_PAGE >= matching.length;
    const number = (value: number) => value.toLocaleString("en");
    const part =
      matching.length > PER_PAGE ? `${number(first + 1)} to ${number(first + shown.length)} of ` : "";
    const all = matching.length === table.rows ? "" : `, out of ${number(table.rows)}`;
    status.textContent = `${part}${number(matching.length)} ${matching.length === 1 ? "row" : "rows"}${all}`;
  }

  function fill(rows: Uint32Array): void {
    const fragment = document.createDocumentFragment();
    for (const row of rows) {
      const line = document.createElement("tr");
      columns.forEach(({ name, texts, cells }, index) => {
        const text = texts[cells[row] ?? 0] ?? "";
        line.append(index === 0 ? cellOf("th", text, { scope: "row" }) : cellOf("td", text, { name }));
      });
      fragment.append(line);
    }
    if (rows.length < matching.length && rows.length === PRINTED)
      fragment.append(wide(`${matching.length - PRINTED} more rows are not printed.`));
    if (rows.length === 0) fragment.append(wide("No row fits. Clear the filters to see all."));
    body.replaceChildren(fragment);
  }

  function wide(text: string): HTMLElement {
    const line = document.createElement("tr");
    const cell = cellOf("td", text, {});
    cell.colSpan = columns.length;
    line.append(cell);
    return line;
  }

  function cellOf(
    kind: "th" | "td",
    text: string,
    { scope, name }: { readonly scope?: string; readonly name?: string },
  ): HTMLTableCellElement {
    const cell = document.createElement(kind);
    cell.textContent = text;
    if (scope !== undefined) cell.scope = scope;
    if (name !== undefined && text !== "") cell.className = `is-${name}`;
    return cell;
  }
}
