"""How the review page looks: readable at any width, in the dark and on paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #f3f5f7; --line: #c9d1d9; --quiet: #4b5563;
  --link: #0b4f9e; --safety: #8a1c1c; --talk: #4a3b7a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebee; --paper: #14181d; --soft: #1f252c; --line: #424b55; --quiet: #b4bdc7;
    --link: #8fc1ff; --safety: #ffb0a8; --talk: #cdbdff; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0 auto; padding: 1.5rem; max-width: 74rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.55 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.45rem; line-height: 1.25; margin: 3rem 0 .75rem; padding-bottom: .25rem;
  border-bottom: 2px solid var(--line); }
h3 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
p { max-width: 46rem; margin: .4rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code { font: .85em ui-monospace, "SFMono-Regular", Consolas, monospace; color: var(--quiet); font-weight: 400; }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
.sign { display: flex; gap: 2rem; margin-top: 2.5rem; }
.sign span { flex: 1; border-top: 1px solid var(--ink); padding-top: .2rem; font-size: .85rem; color: var(--quiet); }
nav ol { columns: 20rem; padding-left: 1.6rem; margin: 0; } nav li { break-inside: avoid; padding: .12rem 0; }
table { width: 100%; border-collapse: collapse; }
article table { table-layout: fixed; }
section > table th:first-child { width: 20%; }
th, td { text-align: left; vertical-align: top; padding: .55rem .7rem; border: 1px solid var(--line); }
thead th { background: var(--soft); font-size: .85rem; color: var(--quiet); }
tbody th { font-weight: 600; }
article th:first-child { width: 16%; } article th:nth-child(2) { width: 52%; }
article { margin-bottom: 2rem; }
td ul { margin: 0; padding-left: 1.1rem; } td p { margin: 0; }
.label { margin: .5rem 0 .1rem; font-size: .8rem; color: var(--quiet); font-weight: 600; }
cite { font-style: normal; font-size: .8rem; color: var(--quiet); white-space: normal; }
cite::before { content: "["; } cite::after { content: "]"; }
cite.safety { color: var(--safety); font-weight: 600; }
cite.assistant { color: var(--talk); font-weight: 600; }
.heard { font-size: .9rem; list-style: none; padding: 0; } .heard li { display: inline; }
.heard li:not(:last-child)::after { content: " · "; color: var(--quiet); }
.none, .next { color: var(--quiet); font-size: .9rem; }
details { font-size: .9rem; margin-top: .25rem; } summary { cursor: pointer; color: var(--link); padding: .2rem 0; }
q { quotes: "“" "”"; }
@media (max-width: 44rem) {
  body { padding: 1rem; }
  article table, article tbody, article tr, article th, article td { display: block; width: auto !important; }
  article thead { position: absolute; left: -99rem; }
  article tr { border: 1px solid var(--line); margin-bottom: .75rem; } article th, article td { border: 0; } }
@page { margin: 14mm; }
@media print {
  html { font-size: 9.5pt; }
  :root { --ink: #000; --paper: #fff; --soft: #eee; --line: #999; --quiet: #333;
    --link: #000; --safety: #000; --talk: #000; }
  body { max-width: none; padding: 0; }
  nav ol { columns: 2; }
  h2, h3 { break-after: avoid; } tr, li { break-inside: avoid; } thead { display: table-header-group; }
  .skip { display: none; } a { text-decoration: none; } }
"""
