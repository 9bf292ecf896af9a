import { marked, type Token } from "marked";

/** Texts with markup of every kind, what forges make links and names of, and what steers terminals and runners. */
export const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "</details><script>x</script>",
  "`</code>`",
  "| a | b |",
  "\n\n# heading\n",
  "[x](http://evil.example)",
  "![x](https://evil.example/x.png)",
  "https://evil.example www.evil.example",
  "@org/team #1 a@b.example",
  "\\@team \\\\@team",
  "```mermaid",
  '"] --> x["',
  "&lt;b&gt; &commat;team \\| \\`",
  "<!-- sallyport pull-request -->",
  "<!--",
  "::error file=a::b\n::stop-commands::x\r::warning::y",
  "##[error]x",
  "\u202e\u0000end",
  "%%{init: {}}%%",
];

/** What a comment of ours is made of besides text. */
const OWN_TYPES = ["heading", "text", "space", "table", "codespan", "html", "code", "paragraph", "br"];
const OWN_HTML = ["<details><summary/>", "</details>", "<code>", "</code>", "<br>"];

/** What in a comment would be more than text: markup that is not ours, and text outside of code that forges link. */
export function markupIn(comment: string): string[] {
  const found: string[] = [];
  marked.walkTokens(marked.lexer(comment), (token: Token) => {
    if (!OWN_TYPES.includes(token.type)) found.push(`${token.type}: ${token.raw}`);
    if (token.type === "html") {
      const html = token.raw.replace(/<summary>[\w ():.-]*<\/summary>/, "<summary/>").trim();
      if (!OWN_HTML.includes(html)) found.push(`html: ${html}`);
    }
    if (token.type === "text" && /[@<>]|https?:|www\.|\p{Cf}|\p{Cc}(?<!\n)/u.test(token.raw))
      found.push(`text: ${token.raw}`);
  });
  return found;
}
