import { Composer, type CST, type Document, Lexer, type LineCounter, Parser, YAMLParseError } from "yaml";

/** The parser's own stack also holds the document and the scalar that it is at. */
const STACK_BESIDE_COLLECTIONS = 2;

/** A document as parsed, or the offset at which it gets too deep or too long. */
export type Parsed =
  | { readonly document: Document }
  | { readonly tooDeepAt: number }
  | { readonly tooLongAt: number };

/** What a parse may not exceed. */
export interface Limits {
  /** Levels of lists and maps in each other. */
  readonly depth: number;
  /** Words, signs and stretches of white space: each costs about a kilobyte of memory. */
  readonly lexemes: number;
}

/**
 * Parses the first document of a text as YAML's own parseDocument does, but gives up where lists and maps are nested
 * deeper than the limit: composing deep ones runs out of stack, at a depth that differs from run to run, and the same
 * input is to give the same answer. So does one of millions of values with memory.
 */
export function parseYaml(text: string, lines: LineCounter, limits: Limits): Parsed {
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
  const composer = new Composer({
    uniqueKeys: false, // it would compare each key with each other one; documentFaults does not
    stringKeys: true,
    merge: false,
  });
  const [document, second] = composer.compose(tokens, true, text.length);
  if (document === undefined) throw new Error("a text has at least one document, which may be empty");
  if (second !== undefined)
    document.errors.push(
      new YAMLParseError([second.range[0], second.range[1]], "MULTIPLE_DOCS", "a second document"),
    );
  return { document };
}
