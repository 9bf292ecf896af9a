import { type Document, isPair, isScalar, parseDocument, visit, Document as YamlDocument } from "yaml";
import type { Path } from "../model/source.ts";
import type { Json } from "../plan/manifest.ts";

/**
 * A YAML text with one more entry in one of its lists, which is made where there is none.
 *
 * @param path the list's, such as `["hosts", 3, "allow"]`
 */
export function withEntry(text: string, path: Path, entry: Json): string {
  const document = parseDocument(text);
  if (document.hasIn(path)) document.addIn(path, nodeOf(document, entry));
  else document.setIn(path, nodeOf(document, [entry]));
  return document.toString();
}

/** A list under its key, with one entry alone. */
export function listOf(key: string, entry: Json): string {
  const document = new YamlDocument();
  document.contents = nodeOf(document, { [key]: [entry] });
  return document.toString({ lineWidth: 0 });
}

/** Lists and maps of plain values stand on one line, as people write them. */
function nodeOf(document: Document, value: Json) {
  const node = document.createNode(value);
  visit(node, {
    Collection: (_, collection) => {
      if (collection.items.every((item) => isScalar(isPair(item) ? item.value : item)))
        collection.flow = true;
    },
  });
  return node;
}
