/** One column of a table, for a page. */
export interface Column {
  readonly name: string;
  /** The one name of each text of its cells, and the cells as places in that list: most texts come often. */
  readonly texts: readonly string[];
  readonly cells: readonly number[];
  /**
   * How it can be filtered by beside the search: `choice` for one of its texts, `presence` for cells that say something
   * and are worth a look.
   */
  readonly filter?: "choice" | "presence";
}

/** What a page shows. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: number;
}

/** A column out of the texts of its cells. */
export function columnOf(name: string, cells: readonly string[], filter?: Column["filter"]): Column {
  const places = new Map<string, number>();
  const own = cells.map((text) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  return { name, texts: [...places.keys()], cells: own, ...(filter === undefined ? {} : { filter }) };
}
