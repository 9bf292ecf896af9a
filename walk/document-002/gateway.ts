/** Where the document's gateway runs, by its environment files. */
export const NAMESPACE = "egress-002";
