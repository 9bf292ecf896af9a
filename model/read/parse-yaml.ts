import { Composer, type CST, type Document, Lexer, type LineCounter, Parser, YAMLParseError } from "yaml";

/** The parser's own stack also holds the document and the scalar that it is at. */
const STACK_BESIDE_COLLECTIONS = 2;

/** The offset at which a text gets too deep or too long. */
export type TooMuch = { readonly tooDeepAt: number } | { readonly tooLongAt: number };
/** A document as parsed, or where it is too much. */
export type Parsed = { readonly document: Document } | TooMuch;

/** What a parse may not exceed. */
interface Limits {
  /** Levels of lists and maps in each other. */
  readonly depth: number;
  /** Words, signs and stretches of white space: each costs about a kilobyte of memory. */
  readonly lexemes: number;
}

/** As {@link parseStream}, of a text that is to hold one document; a second one is an error of the first. */
export function parseYaml(text: string, lines: LineCounter, limits: Limits): Parsed {
  const parsed = parseStream(text, lines, limits, { uniqueKeys: false, merge: false }); // documentFaults looks at keys
  if (!("documents" in parsed)) return parsed;
  const [document, second] = parsed.documents;
  if (document === undefined) throw new Error("a text has at least one document, which may be empty");
  if (second !== undefined)
    document.errors.push(
      new YAMLParseError([second.range[0], second.range[1]], "MULTIPLE_DOCS", "a second document"),
    );
  return { document };
}

/**
 * Parses the documents of a text as YAML's own parseAllDocuments does, but gives up where lists and maps are nested
 * deeper than the limit: composing deep ones runs out of stack, at a depth that differs from run to run, and the same
 * input is to give the same answer. So does one of millions of values with memory.
 *
 * @param options uniqueKeys compares each key with each other one of its map
 */
export function parseStream(
  text: string,
  lines: LineCounter,
  limits: Limits,
  options: { readonly uniqueKeys: boolean; readonly merge: boolean },
): { readonly documents: readonly Document.Parsed[] } | TooMuch {
  // The library asks at each lexeme whether to log it: of the real environment that is a quarter of the time.
  const environment = process.env;
  process.env = {};
  try {
    return parse(text, lines, limits, options);
  } finally {
    process.env = environment;
  }
}

function parse(
  text: string,
  lines: LineCounter,
  limits: Limits,
  options: Parameters<typeof parseStream>[3],
): ReturnType<typeof parseStream> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > limits.lexemes) return { tooLongAt: parser.offset };
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > limits.depth + STACK_BESIDE_COLLECTIONS) return { tooDeepAt: parser.offset };
  }
  for (const token of parser.end()) tokens.push(token);
  const composer = new Composer({ ...options, stringKeys: true });
  return { documents: [...composer.compose(tokens, true, text.length)] };
}
