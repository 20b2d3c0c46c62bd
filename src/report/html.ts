import { type RunRecord } from '../model/run-record.ts';
import { reportDocument } from './document.ts';
import client from './generated/client.json' with { type: 'json' };
import { embedJson, embedScript, embedStyle, html, type Markup } from './markup.ts';
import { type RunDocument } from './page-data.ts';
import {
  answer,
  assumptions,
  facts,
  fidelities,
  moments,
  objectives,
  overview,
  totals,
} from './page-parts.ts';
import { headline, runName } from './verdict-text.ts';

export interface HtmlReportOptions {
  /** Heading of the page. @defaultValue the name of the only run, or how many there are */
  readonly title?: string;
}

/**
 * One page that shows the runs: objectives, totals, charts, topology. It holds everything it needs and loads
 * nothing (its own policy forbids it), so that it can be mailed and kept. Below 2 MB whatever the size of the runs:
 * long series are shortened with their peaks kept, and what does not fit is left out by interest, which the page says.
 */
export function htmlReport(records: readonly RunRecord[], options: HtmlReportOptions = {}): string {
  const document = reportDocument(records);
  const [only] = records;
  const name = records.length === 1 && only ? runName(only) : `${records.length} scenarios`;
  const heading = options.title ?? name;
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
        />
        <meta name="color-scheme" content="light dark" />
        <title>${heading}${only && records.length === 1 ? `: ${headline(only)}` : ''}</title>
        <style>
          ${embedStyle(client.style)}
        </style>
      </head>
      <body>
        <header class="page">
          <p class="product">vctl simulation report</p>
          <h1>${heading}</h1>
          <button type="button" id="theme" hidden>Theme</button>
        </header>
        <main>
          ${overview(records)}
          ${records.map((record, index) => section(record, document.runs[index], index, records.length > 1 || options.title !== undefined))}
        </main>
        <footer class="page">
          <p>
            Made by vctl from the records of ${records.length === 1 ? 'one run' : `${records.length} runs`}.
            The same manifests and seed give the same result.
          </p>
        </footer>
        <span id="probe" hidden></span>
        <div id="tip" role="tooltip" hidden></div>
        <script type="application/json" id="report">
          ${embedJson(document)}
        </script>
        <script>
          ${embedScript(client.script)};
        </script>
      </body>
    </html>`.text
  }\n`;
}

function section(record: RunRecord, data: RunDocument | undefined, index: number, named: boolean): Markup {
  return html`<section class="run" id="run-${index}" data-run="${index}" aria-label="${runName(record)}">
    <h2 class="${named ? '' : 'hidden'}">${named ? runName(record) : 'Result'}</h2>
    ${answer(record)} ${facts(record)} ${objectives(record)} ${fidelities(record)} ${totals(record)}
    ${assumptions(record)}
    <h3>Over time</h3>
    <noscript><p class="note">The charts and the topology need JavaScript.</p></noscript>
    <div class="charts"></div>
    ${data && leftOut(data)} ${moments(record)}
    <h3>Topology at the end</h3>
    <div class="topology"></div>
  </section>`;
}

/** What the page does not hold, and where it is. */
function leftOut({ leftOut: { subjects, marks }, topology }: RunDocument): Markup | undefined {
  const parts: string[] = [];
  if (subjects > 0) parts.push(`the series of ${subjects} less eventful subjects`);
  if (marks > 0) parts.push(`${marks} marks`);
  if (topology.leftOut.hosts > 0) parts.push(`${topology.leftOut.hosts} hosts`);
  if (topology.leftOut.machines > 0) parts.push(`${topology.leftOut.machines} VMs`);
  if (parts.length === 0) return undefined;
  return html`<p class="note">
    Left out to keep this page small: ${parts.join(', ')}. The JSON report has everything.
  </p>`;
}
