import { styleText } from "node:util";

/** The colours of a common terminal. */
const PALETTE = {
  light: { ground: "#ffffff", text: "#333333", bright: { 95: "#bc05bc", 94: "#0451a5" } },
  dark: { ground: "#1e1e1e", text: "#cccccc", bright: { 95: "#d670d6", 94: "#3b8eea" } },
} as const;

/** What a terminal of 80 columns shows: text with the codes of bold and of the bright colours. */
export function terminalHtml(command: string, printed: string): string {
  const [start] = styleText("bold", "", { validateStream: false });
  const codes = new RegExp(`${start}\\[(\\d+)m`, "g");
  const inner = `$ ${command}\n${printed}`
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(codes, (_, code: string) => SPANS[code] ?? "");
  return `<!doctype html><meta charset="utf-8"><style>
    :root { color-scheme: light dark; }
    body { margin: 0; width: max-content; background: light-dark(${PALETTE.light.ground}, ${PALETTE.dark.ground});
      color: light-dark(${PALETTE.light.text}, ${PALETTE.dark.text}); }
    pre { margin: 0; padding: 16px; width: 80ch; font: 13px/1.35 "DejaVu Sans Mono", monospace; }
    b { font-weight: bold; }
    .c95 { color: light-dark(${PALETTE.light.bright[95]}, ${PALETTE.dark.bright[95]}); }
    .c94 { color: light-dark(${PALETTE.light.bright[94]}, ${PALETTE.dark.bright[94]}); }
  </style><pre>${inner}</pre>`;
}

const SPANS: Readonly<Record<string, string>> = {
  1: "<b>",
  22: "</b>",
  94: '<span class="c94">',
  95: '<span class="c95">',
  39: "</span>",
};
