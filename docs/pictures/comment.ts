import { marked } from "marked";

/** A comment as GitHub shows it: its Markdown and, by a script of Mermaid's, its diagram. */
export function commentHtml(markdown: string): string {
  const body = marked
    .parse(markdown, { async: false, gfm: true })
    .replace(/<pre><code class="language-mermaid">(.*?)<\/code><\/pre>/s, '<pre class="mermaid">$1</pre>');
  return `<!doctype html><meta charset="utf-8"><style>
    :root { color-scheme: light dark; --line: light-dark(#d1d9e0, #3d444d); --quiet: light-dark(#f6f8fa, #151b23); }
    body { margin: 0; padding: 16px; width: 868px; background: light-dark(#ffffff, #0d1117);
      color: light-dark(#1f2328, #f0f6fc); font: 14px/1.5 "Liberation Sans", "DejaVu Sans", sans-serif; }
    h3 { margin: 0 0 16px; font-size: 1.25em; } h4 { margin: 24px 0 16px; }
    table { margin: 0 0 16px; border-collapse: collapse; display: block; }
    th, td { padding: 6px 13px; border: 1px solid var(--line); text-align: left; }
    tr:nth-child(2n) { background: var(--quiet); }
    code { padding: 0.2em 0.4em; font: 85% "DejaVu Sans Mono", monospace; border-radius: 6px;
      background: light-dark(#818b981f, #656c7633); }
    .mermaid { margin: 0 0 16px; padding: 16px; border: 1px solid var(--line); border-radius: 6px; text-align: center; }
    details { margin-bottom: 16px; }
  </style>${body}`;
}
