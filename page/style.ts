/**
 * Colours are of a scheme that the colour-blind tell apart, each with a sign beside it, and have a contrast of 4.5 and
 * more in light and dark.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #14181d);
  --raised: light-dark(#f3f5f8, #1d232b);
  --line: light-dark(#cdd4dc, #3a444f);
  --field: light-dark(#6b7785, #8794a3);
  --text: light-dark(#1a2027, #e8ecf0);
  --quiet: light-dark(#4a5561, #b3bdc8);
  --accent: light-dark(#0a58a6, #86bdff);
  --refused: light-dark(#a03a00, #ffb27d);
  --note: light-dark(#6a2a86, #dcabf3);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.45 system-ui, sans-serif; }
main { max-width: 100rem; margin: 0 auto; padding: 1.5rem; }
h1 { margin: 0 0 0.25rem; font-size: 1.5rem; overflow-wrap: anywhere; }
p { margin: 0 0 0.75rem; color: var(--quiet); max-width: 80ch; }
details { margin-bottom: 1rem; padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-left: 4px solid var(--note); }
ul { margin: 0.5rem 0 0; padding-left: 1.25rem; overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; padding: 0.75rem;
  background: var(--raised); border: 1px solid var(--line); border-radius: 0.5rem; }
label { display: grid; gap: 0.2rem; font-size: 0.875rem; color: var(--quiet); }
label:has([type="checkbox"]) { display: flex; align-items: center; gap: 0.4rem; padding: 0.4rem 0; }
.search { flex: 1 1 12rem; }
input, select, button { font: inherit; color: var(--text); background: var(--page); border: 1px solid var(--field);
  border-radius: 0.3rem; padding: 0.35rem 0.6rem; }
select { max-width: 18rem; }
button { cursor: pointer; }
button:disabled { cursor: default; color: var(--quiet); border-color: var(--line); }
input[type="checkbox"] { width: 1.1rem; height: 1.1rem; accent-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.bar { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; margin: 0.9rem 0 0.5rem; }
.bar p { margin: 0; font-variant-numeric: tabular-nums; }
.scroll { overflow: auto; max-height: 75vh; border: 1px solid var(--line); border-radius: 0.5rem; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: 0.9rem; }
th, td { padding: 0.4rem 0.75rem; text-align: left; vertical-align: top; white-space: pre-line; overflow-wrap: break-word;
  border-bottom: 1px solid var(--line); max-width: 24rem; unicode-bidi: isolate; }
thead th { position: sticky; top: 0; background: var(--raised); }
tbody th { font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
.is-allowed, .is-refused { min-width: 9rem; }
.is-refused { color: var(--refused); }
.is-refused::before { content: "\\2715\\00a0"; }
.is-notes { color: var(--note); min-width: 11rem; }
.is-notes::before { content: "\\25B2\\00a0"; }
@media print {
  :root { color-scheme: light; }
  main { padding: 0; max-width: none; }
  form, nav { display: none; }
  .scroll { overflow: visible; max-height: none; border: 0; }
  table { font-size: 8pt; }
  thead { display: table-header-group; }
  thead th { position: static; }
  tr { break-inside: avoid; }
  th, td { min-width: 0; max-width: none; padding: 2pt 4pt; overflow-wrap: anywhere; }
}
`;
