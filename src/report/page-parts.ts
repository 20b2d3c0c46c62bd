/** The parts of the page that are there without its program: texts, tables, headings. */
import { formatDuration } from '../base/duration.ts';
import { type Mark, type RunRecord, type RunTotals, type Verdict } from '../model/run-record.ts';
import {
  formatClock,
  formatDifference,
  formatFigure,
  formatFiner,
  formatMoment,
  formatSpan,
} from '../model/figures.ts';
import { compareText } from '../base/listing.ts';
import { modelPage, queueModel } from '../model/queue-model.ts';
import { html, type Markup } from './markup.ts';
import {
  describeLimit,
  describeMeasure,
  describeMiss,
  describeValue,
  describeWorst,
  headline,
  runLength,
  runName,
} from './verdict-text.ts';

/** The answer in one sentence, and what was missed. */
export function answer(record: RunRecord): Markup {
  const missed = record.verdicts.filter((verdict) => !verdict.met);
  const { requests, errors } = record.totals;
  const share = requests > 0 ? ` ${formatFigure(errors / requests, 'ratio')} of them failed.` : '';
  return html`<div
    class="answer ${missed.length > 0 ? 'bad' : record.verdicts.length > 0 ? 'good' : 'plain'}"
  >
    <p class="headline">${tick(missed.length === 0, record.verdicts.length > 0)}${headline(record)}.</p>
    ${missed.map((verdict) => html`<p>${sentence(describeMiss(verdict))}</p>`)}
    ${record.verdicts.length === 0 && html`<p>${formatFigure(requests, 'count')} requests were made.${share}</p>`}
    ${
      record.bringUp?.settled === false &&
      html`<p>Not all was as wanted when it began: ${record.bringUp.waitingFor.join('; ')}.</p>`
    }
    ${(record.finerThanStep ?? []).map((traffic) => html`<p>${sentence(formatFiner(traffic))}</p>`)}
    ${record.interrupted && html`<p>The run was interrupted after ${runLength(record)}; all figures end there.</p>`}
  </div>`;
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function tick(good: boolean, show: boolean): Markup | undefined {
  if (!show) return undefined;
  return good
    ? html`<span class="tick good" aria-hidden="true">✓</span>`
    : html`<span class="tick bad" aria-hidden="true">✗</span>`;
}

/** How the run can be made again and recognised. */
export function facts(record: RunRecord): Markup {
  return html`<dl class="facts">
    <div>
      <dt>World time</dt>
      <dd>${runLength(record)}</dd>
    </div>
    ${
      record.bringUp &&
      html`<div>
        <dt title="World time from nothing until everything was as wanted">Came up in</dt>
        <dd>${formatDuration(Math.round(record.bringUp.worldMs / 1000) * 1000)}</dd>
      </div>`
    }
    <div>
      <dt>From</dt>
      <dd>${formatMoment(record.startMs)} UTC</dd>
    </div>
    <div>
      <dt title="flow: rates and formulas; requests: every single request as an event of its own">
        Fidelity
      </dt>
      <dd>${record.fidelity}</dd>
    </div>
    <div>
      <dt>Seed</dt>
      <dd>${String(record.seed)}</dd>
    </div>
    <div>
      <dt title="Equal runs have equal results">Result</dt>
      <dd><code>${record.result}</code></dd>
    </div>
  </dl>`;
}

/** Which model the latencies are of, and what it assumes. */
export function assumptions({ fidelity, topology: { balancers } }: RunRecord): Markup | undefined {
  if (balancers.length === 0) return undefined;
  const algorithms = [...new Set(balancers.map(({ algorithm }) => algorithm))].sort(compareText);
  return html`<details class="model">
    <summary>How response times come about</summary>
    ${
      fidelity === 'requests'
        ? html`<p>
            Every single request was played through the balancers' own choices and the VMs' queues; service
            times were drawn. What the flow model makes of it stands beside.
          </p>`
        : html`<p>
              By queueing theory, from the mean rate of each load step: Poisson arrivals, service times as
              <code>serviceTime</code> and <code>serviceVariation</code> say (exponential by default), first
              come, first served, up to <code>queue.limit</code> and <code>queue.timeout</code>; what exceeds
              the capacity is carried as a backlog. <code>--fidelity requests</code> plays every request
              instead.
            </p>
            <ul>
              ${algorithms.map((algorithm) => html`<li>${algorithm}: ${queueModel(algorithm)}</li>`)}
            </ul>`
    }
    <p>All assumptions, and how far the figures err: <code>${modelPage}</code>.</p>
  </details>`;
}

export function objectives(record: RunRecord): Markup | undefined {
  if (record.verdicts.length === 0) return undefined;
  const explained = record.verdicts.some((verdict) => explanation(verdict) !== '');
  const compared = record.verdicts.some(({ flowValue }) => flowValue !== undefined);
  return html`<h3>Objectives</h3>
    <div class="scroll">
      <table class="objectives">
        <thead>
          <tr>
            <th scope="col">Met</th>
            <th scope="col">Objective</th>
            <th scope="col">Measure</th>
            <th scope="col" class="number">Result</th>
            ${
              compared &&
              html`<th
                scope="col"
                class="number"
                title="What the flow model makes of the same scenario and seed"
              >
                Flow model
              </th>`
            }
            <th scope="col" class="number">Limit</th>
            ${explained && html`<th scope="col">Worst</th>`}
          </tr>
        </thead>
        <tbody>
          ${record.verdicts.map((verdict) => objective(record, verdict, explained, compared))}
        </tbody>
      </table>
    </div>`;
}

/** What single requests came to beside what the flow model makes of them. */
export function fidelities({ fidelities: rows = [] }: RunRecord): Markup | undefined {
  if (rows.length === 0) return undefined;
  const ms = (value: number | undefined): string => (value === undefined ? '–' : formatFigure(value, 'ms'));
  const pair = (label: string, played: number | undefined, flow: number | undefined): Markup =>
    html`<td class="number" data-label="${label}">${ms(played)}</td>
      <td class="number" data-label="${label}, flow model">
        ${ms(flow)}
        ${played !== undefined && flow !== undefined && html`<small>${formatDifference(flow / played - 1)}</small>`}
      </td>`;
  const heads = ['Mean', 'p95', 'p99'].map(
    (name) =>
      html`<th scope="col" class="number">${name}</th>
        <th scope="col" class="number">flow model</th>`,
  );
  return html`<h3>Single requests and the flow model</h3>
    <div class="scroll">
      <table class="objectives">
        <thead>
          <tr>
            <th scope="col">Of</th>
            ${heads}
            <th scope="col" class="number">Failed</th>
            <th scope="col" class="number">flow model</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ of, played, flow }) =>
              html`<tr>
                <th scope="row">${of ?? 'all together'}</th>
                ${pair('Mean', played.meanMs, flow.meanMs)} ${pair('p95', played.p95Ms, flow.p95Ms)}
                ${pair('p99', played.p99Ms, flow.p99Ms)}
                <td class="number" data-label="Failed">${formatFigure(played.failed, 'ratio')}</td>
                <td class="number" data-label="Failed, flow model">${formatFigure(flow.failed, 'ratio')}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function explanation(verdict: Verdict): string {
  if (verdict.value === undefined) return verdict.note ?? '';
  return describeWorst(verdict).replace(/^worst /, '');
}

function objective(record: RunRecord, verdict: Verdict, explained: boolean, compared: boolean): Markup {
  const { fromMs, toMs } = verdict.window;
  const part = fromMs > record.startMs || toMs < record.endMs;
  const mark = verdict.met
    ? html`<span class="tick good" role="img" aria-label="met">✓</span>`
    : html`<span class="tick bad" role="img" aria-label="missed">✗</span>`;
  return html`<tr class="${verdict.met ? 'met' : 'missed'}">
    <td>${mark}</td>
    <th scope="row">${verdict.name}</th>
    <td data-label="Measure">
      <span>${describeMeasure(verdict)} ${part && html`<small>${formatSpan(fromMs, toMs)}</small>`}</span>
    </td>
    <td class="number result" data-label="Result">${describeValue(verdict)}</td>
    ${
      compared &&
      html`<td class="number" data-label="Flow model">
        ${verdict.flowValue === undefined ? '' : describeValue({ ...verdict, value: verdict.flowValue })}
      </td>`
    }
    <td class="number" data-label="Limit">${describeLimit(verdict)}</td>
    ${explained && html`<td class="worst" data-label="Worst">${explanation(verdict)}</td>`}
  </tr>`;
}

export function totals({ totals: all }: RunRecord): Markup {
  return html`<h3>Totals</h3>
    <dl class="totals">
      ${totalFigures(all).map(
        ([name, value, note]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}${note !== undefined && html` <small>${note}</small>`}</dd>
          </div>`,
      )}
    </dl>`;
}

function totalFigures(all: RunTotals): readonly (readonly [string, string, string?])[] {
  const share = all.requests > 0 ? formatFigure(all.errors / all.requests, 'ratio') : undefined;
  return [
    ['Requests', formatFigure(all.requests, 'count')],
    ['Failed or refused', formatFigure(all.errors, 'count'), share],
    ...(all.refused > 0 ? [['Refused by full queues', formatFigure(all.refused, 'count')] as const] : []),
    ...(all.timedOut > 0 ? [['Given up after waiting', formatFigure(all.timedOut, 'count')] as const] : []),
    ['Cost of hosts', formatFigure(all.cost, 'money')],
    ['Energy', formatFigure(all.energyKWh, 'kWh')],
    ['VM hours', formatFigure(all.machineHours, 'count')],
    ['Scale decisions', formatFigure(all.scaleDecisions, 'count')],
    ['Migrations', formatFigure(all.migrations, 'count')],
  ];
}

/** A page lists so many moments; the charts show more. */
const listed = 200;

/** What happened, as a table: the marks of the charts for whoever reads rather than points. */
export function moments({ marks, startMs, endMs }: RunRecord): Markup | undefined {
  if (marks.length === 0) return undefined;
  const days = endMs - startMs > 86_400_000;
  const rest = marks.length - listed;
  return html`<details class="moments">
    <summary>
      <h3>What happened</h3>
      <small>${formatFigure(marks.length, 'count')} decisions, changes and faults</small>
    </summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">What</th>
            <th scope="col">Subject</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          ${marks.slice(0, listed).map((mark) => moment(mark, days))}
        </tbody>
      </table>
    </div>
    ${rest > 0 && html`<p class="note">${formatFigure(rest, 'count')} later ones are in the charts and in the JSON report.</p>`}
  </details>`;
}

function moment(mark: Mark, days: boolean): Markup {
  const time = days ? formatMoment(mark.atMs) : formatClock(mark.atMs);
  return html`<tr>
    <td class="number">${time}</td>
    <td><span class="mark-word ${mark.type.toLowerCase()}">${mark.type}</span></td>
    <td>${mark.subject}</td>
    <td>${mark.text}</td>
  </tr>`;
}

/** All runs of a page in one table, when there is more than one. */
export function overview(records: readonly RunRecord[]): Markup | undefined {
  if (records.length < 2) return undefined;
  return html`<nav aria-label="Scenarios">
    <div class="scroll">
      <table class="overview">
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            <th scope="col">Objectives</th>
            <th scope="col" class="number">Requests</th>
            <th scope="col" class="number">Failed</th>
            <th scope="col" class="number">Cost</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          ${records.map(
            (record, index) =>
              html`<tr>
                <th scope="row"><a href="#run-${index}">${runName(record)}</a></th>
                <td>
                  ${tick(!record.verdicts.some((verdict) => !verdict.met), record.verdicts.length > 0)}
                  ${headline(record)}
                </td>
                <td class="number">${formatFigure(record.totals.requests, 'count')}</td>
                <td class="number">${formatFigure(record.totals.errors, 'count')}</td>
                <td class="number">${formatFigure(record.totals.cost, 'money')}</td>
                <td><code>${record.result}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </nav>`;
}
