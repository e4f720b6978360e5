/**
 * The page's whole style. Levels of a heat map run from orange (low) over nothing to blue (high), which readers with any
 * common colour blindness can tell apart; every colour says something that a number or a word says as well.
 */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --page: #fff; --ink: #18212d; --soft: #56637a; --line: #d8dee7; --panel: #f5f7fa;
  --accent: #1f5fa8; --mark: #b3470b;
  --p1: #e3eefa; --p2: #bcd7f1; --p3: #7fb2e2; --p4: #2a6db5; --n1: #fdeedd; --n2: #fbd3a6; --n3: #f0a860; --n4: #c2661a;
  --strong-ink: #fff; --level-ink: #18212d; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0f141b; --ink: #e5eaf1; --soft: #9dabbd; --line: #2c3745; --panel: #171e28; --accent: #86b9f5; --mark: #f2a564;
    --p1: #17293d; --p2: #1d3f63; --p3: #245d96; --p4: #69aef0; --n1: #33261a; --n2: #573716; --n3: #86521a; --n4: #eea04f;
    --strong-ink: #0d1219; --level-ink: #f0f4f9; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main, header.top, footer { max-width: 1160px; margin: 0 auto; padding: 0 24px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 2.25rem 0 .5rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 3rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0 .75rem; max-width: 46rem; }
a { color: var(--accent); text-underline-offset: 2px; }
code, .code, .op { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .9em; }
sub { font-size: .72em; line-height: 0; }
.soft { color: var(--soft); }
.lead { font-size: 1.05rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 1rem 0 0; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.25rem 0; padding: 0; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; max-width: 100%; }
figure { margin: 1.25rem 0; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
.cell svg { display: block; height: auto; max-width: 100%; }
pre.copy { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; font-size: .85rem; line-height: 1.5; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.plain th, .plain td { text-align: left; padding: .3rem 1.25rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-size: .92rem; }
.plain thead th { color: var(--soft); font-weight: 500; font-size: .85rem; vertical-align: bottom; }
.plain tbody th { font-weight: 500; }
.plain .number { text-align: right; white-space: nowrap; }
.plain tr.total > * { font-weight: 600; border-bottom: 0; }
.plain tr.gone > * { color: var(--mark); }
.plain td.wrap { overflow-wrap: anywhere; }
.groups { columns: 17rem; column-gap: 3rem; }
.groups section { break-inside: avoid; margin-bottom: 1rem; }
.groups h3 { margin: 0 0 .25rem; }
.groups table { width: 100%; }
.groups td.code { text-align: right; padding-right: 0; white-space: nowrap; } .groups td.wrap { white-space: normal; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 500px), 1fr)); gap: 1.25rem 3rem; }
.pair > * { min-width: 0; }
.pair .plain th { white-space: nowrap; }
.map { table-layout: fixed; width: 532px; font-size: .7rem; }
.map caption { text-align: left; font-weight: 600; font-size: 1rem; padding-bottom: .4rem; }
.map.fates { width: 100%; min-width: 350px; max-width: 532px; }
.map col.edge { width: 84px; }
.map thead th { font-weight: 500; height: 7.2em; vertical-align: bottom; padding: 0 0 .35rem; }
.map thead th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; font-size: 1.05em; }
.map tbody th { position: sticky; left: 0; z-index: 1; background: var(--page); text-align: left; font-weight: 400; white-space: nowrap; padding-right: .5rem; font-size: 1.1em; }
.map tbody th a { color: inherit; text-decoration: none; border-bottom: 1px solid var(--soft); }
.map tbody tr.node > * { border-top: 6px solid var(--page); }
.map td { height: 25px; padding: 0 5px 0 0; text-align: right; white-space: nowrap; border: 1px solid var(--page); background: var(--panel); background-clip: padding-box; position: relative; }
.map td.p1 { background-color: var(--p1); color: var(--level-ink); } .map td.p2 { background-color: var(--p2); color: var(--level-ink); }
.map td.p3 { background-color: var(--p3); color: var(--level-ink); } .map td.p4 { background-color: var(--p4); color: var(--strong-ink); }
.map td.n1 { background-color: var(--n1); color: var(--level-ink); } .map td.n2 { background-color: var(--n2); color: var(--level-ink); }
.map td.n3 { background-color: var(--n3); color: var(--level-ink); } .map td.n4 { background-color: var(--n4); color: var(--strong-ink); }
.map td.past { color: var(--soft); background: none; text-align: center; padding: 0; }
.map td.goes { outline: 2px solid var(--ink); outline-offset: -2px; font-weight: 700; padding-right: 4px; }
.map td.sampled::after { content: ""; position: absolute; top: calc(50% - 2px); left: 3px; width: 4px; height: 4px; border-radius: 50%; background: currentColor; }
.map.fates td { text-align: center; padding: 0; } .map td.kept { font-weight: 700; }
.map tr.unused th { color: var(--soft); } .map tr.chosen th { font-weight: 700; }
.legend { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; font-size: .85rem; color: var(--soft); margin: .75rem 0; padding: 0; list-style: none; }
.legend .map { display: inline-table; width: auto; vertical-align: middle; margin-right: .4rem; } .legend .map td { width: 34px; height: 20px; }
details > summary { cursor: pointer; }
details.round { border-bottom: 1px solid var(--line); }
details.round > summary { padding: .7rem 0; font-weight: 600; }
details.round > summary .soft { font-weight: 400; margin-left: .75rem; }
details.round[open] { padding-bottom: 1.5rem; }
details.round:last-of-type { border-bottom: 0; }
.edges h4 { margin: 1.5rem 0 .25rem; font-size: .95rem; }
details.edge { border-top: 1px solid var(--line); }
details.edge > summary { padding: .3rem 0; font-size: .9rem; display: grid; grid-template-columns: 1.1rem 4.6rem 7.6rem 1fr; align-items: baseline; list-style: none; }
details.edge > summary::-webkit-details-marker { display: none; }
details.edge > summary::before { content: ""; width: 0; height: 0; border: .28rem solid transparent; border-left: .42rem solid var(--soft); border-right: 0; }
details.edge[open] > summary::before { transform: rotate(90deg); }
details.edge > div { padding: .25rem 0 .75rem 1.1rem; }
.chart svg { display: block; width: 100%; height: auto; min-width: 780px; }
.chart text { font: 12px system-ui, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--soft); }
.chart text.strong { fill: var(--ink); font-weight: 600; }
.chart .band { fill: var(--panel); } .chart .grid { stroke: var(--line); } .chart .chance { stroke: var(--mark); stroke-dasharray: 5 4; stroke-width: 1.5; }
.chart text.chance-name { fill: var(--mark); } .chart .mean { stroke: var(--ink); stroke-width: 2; } .chart circle { fill: var(--accent); fill-opacity: .75; }
.bar { display: block; width: 10rem; height: .7rem; margin-top: .4rem; background: var(--panel); } .bar span { display: block; height: 100%; background: var(--accent); }
footer { color: var(--soft); font-size: .85rem; margin-top: 3rem; padding-bottom: 3rem; }
@media (max-width: 600px) {
  main, header.top, footer { padding: 0 16px; }
  h1 { font-size: 1.4rem; }
  .plain th, .plain td { padding-right: .8rem; }
  .bar { width: 4rem; }
  .groups { columns: 9.5rem; column-gap: 1.5rem; }
  .map col.edge { width: 72px; }
  details.edge > summary { grid-template-columns: 1.1rem 4.6rem 1fr; } details.edge > summary .soft { grid-column: 2 / -1; }
  details.round > summary .soft { display: block; margin-left: 1.05rem; }
}
@media (max-width: 900px) { .cell svg { max-width: none; } }
@media print { details.round > summary { break-after: avoid; } }
`;
