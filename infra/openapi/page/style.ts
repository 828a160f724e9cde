/**
 * How the page looks: light and dark as the reader's system is, one column on a phone, three on a
 * wide screen.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #10141b);
  --raised: light-dark(#f5f7fa, #171d27);
  --line: light-dark(#dce1e8, #2a3240);
  --ink: light-dark(#1b2430, #e4e9f0);
  --soft: light-dark(#566274, #a3afbf);
  --link: light-dark(#0b5fc2, #7ab5ff);
  --get: light-dark(#0b5fc2, #7ab5ff);
  --post: light-dark(#177245, #63d297);
  --bad: light-dark(#a8322a, #ff9d94);
  --code-key: light-dark(#7a3e9d, #d3a6f5);
  --code-text: light-dark(#177245, #7fd8a8);
  --code-value: light-dark(#a34a00, #ffb778);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
code, pre { font-family: var(--mono); font-size: 0.875em; }
p code, li code, dd code { overflow-wrap: anywhere; }
.skip { position: absolute; left: -100vw; z-index: 2; background: var(--ground); padding: 0.5rem 1rem; }
.skip:focus { left: 0.5rem; top: 0.5rem; }

header { position: sticky; top: 0; z-index: 1; display: flex; justify-content: space-between; gap: 1rem;
  padding: 0.6rem 1.25rem; background: var(--ground); border-bottom: 1px solid var(--line); }
header p { margin: 0; white-space: nowrap; }
header .title { font-weight: 650; overflow: hidden; text-overflow: ellipsis; }
.version { color: var(--soft); margin-right: 0.75rem; }

nav { padding: 0.75rem 1.25rem; border-bottom: 1px solid var(--line); }
nav summary { font-weight: 600; }
nav h2 { margin: 1.1rem 0 0.25rem; font-size: 0.8rem; letter-spacing: 0.06em; text-transform: uppercase; color: var(--soft); }
nav h2 a { color: inherit; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: flex; align-items: baseline; gap: 0.6rem; padding: 0.3rem 0.5rem; margin: 0 -0.5rem; border-radius: 6px; text-decoration: none; color: var(--ink); }
nav li a:hover { background: var(--raised); }
nav .method { flex: 0 0 2.6rem; font-size: 0.68rem; }

main { padding: 0 1.25rem 4rem; min-width: 0; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 2rem 0 1rem; }
main > section > h2 { font-size: 1.45rem; margin: 3.5rem 0 0.25rem; }
h3 { font-size: 1.2rem; margin: 0 0 0.4rem; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
h4 { margin: 1.6rem 0 0.4rem; font-size: 0.95rem; }
.introduction { max-width: 46rem; }
.introduction ol { columns: 15rem; padding-left: 1.6rem; }
article { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 2rem; }
.route { display: flex; align-items: baseline; flex-wrap: wrap; gap: 0.5rem; margin: 0 0 0.9rem; }
.route code { font-size: 0.95rem; overflow-wrap: anywhere; }
.method { font: 700 0.75rem/1.6 var(--mono); letter-spacing: 0.03em; }
.route .method { border: 1px solid currentColor; border-radius: 5px; padding: 0 0.45rem; }
.method.get { color: var(--get); }
.method.post { color: var(--post); }
.who { color: var(--soft); }
.status { font: 600 0.875em/1 var(--mono); color: var(--bad); }
.status.good { color: var(--post); }

.fields { margin: 0; border-top: 1px solid var(--line); }
.fields > div { padding: 0.55rem 0; border-bottom: 1px solid var(--line); }
.fields > div:last-child { border-bottom: 0; }
.fields dt > code { font-weight: 650; }
.fields dd { margin: 0.1rem 0 0; color: var(--soft); }
.type, .optional { font-size: 0.875rem; color: var(--soft); }
.type { margin-left: 0.35rem; }
.optional { font-style: italic; }
.errors dt { overflow-wrap: anywhere; }
.errors .status { margin-right: 0.4rem; }
details { margin: 0.6rem 0; }
summary { cursor: pointer; color: var(--link); }

figure { margin: 1.25rem 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--raised); }
figcaption { padding: 0.4rem 0.9rem; border-bottom: 1px solid var(--line); font-size: 0.85rem; font-weight: 600; color: var(--soft); }
pre { margin: 0; padding: 0.8rem 0.9rem; white-space: pre-wrap; word-break: break-all; line-height: 1.5; }
.key { color: var(--code-key); }
.text { color: var(--code-text); }
.value { color: var(--code-value); }

@media (min-width: 62rem) {
  .columns { display: grid; grid-template-columns: 18rem minmax(0, 1fr); max-width: 100rem; margin: 0 auto; }
  nav { position: sticky; top: 3rem; align-self: start; max-height: calc(100vh - 3rem); overflow-y: auto; border: 0; padding: 1.5rem 1.25rem; }
  nav details { margin: 0; }
  nav summary { display: none; }
  main { padding: 0 2.5rem 6rem; border-left: 1px solid var(--line); }
  .schemas { columns: 26rem; column-gap: 2.5rem; }
  .schemas article { break-inside: avoid; margin-top: 0; }
  .errors > div { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 0 1rem; }
  .errors dd { margin: 0; }
}
@media (min-width: 80rem) {
  article:has(.samples) { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 30rem); gap: 2.5rem; }
  .samples { position: sticky; top: 4.5rem; align-self: start; }
  .samples figure { margin: 0 0 1rem; }
}
@media (max-width: 30rem) {
  .version { display: none; }
}
@media print {
  nav, header, .skip { display: none; }
}
`;
