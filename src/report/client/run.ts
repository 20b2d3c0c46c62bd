/** The charts and the topology of one run, drawn when they come near the window. */
import { type MarkType } from '../../model/run-record.ts';
import { type RunDocument } from '../page-data.ts';
import { subjectLabel } from '../lines.ts';
import { chartsOf, type Chart } from './chart.ts';
import { element } from './dom.ts';
import { signs, type MarkFilter } from './marks.ts';
import { onTheme } from './theme.ts';
import { topologyView } from './topology-view.ts';

export function startRun(section: HTMLElement, run: RunDocument, sync: string): void {
  const filter: MarkFilter = new Set();
  const reset = resetButton(run, () => charts);
  const charts: readonly Chart[] = chartsOf(run, sync, filter, (zoomed) => {
    reset.hidden = !zoomed;
  });
  const grid = element('div', { class: 'grid' }, ...charts.map((chart) => chart.root));
  const place = section.querySelector('.charts');
  place?.append(controls(run, charts, filter, reset), grid);
  section.querySelector('.topology')?.append(topologyView(run.topology));

  // A page of many scenarios has a hundred charts: only those that were seen are drawn, and all for printing.
  const seen = new Set<Chart>();
  const draw = (chart: Chart) => {
    if (seen.has(chart)) return;
    seen.add(chart);
    chart.render();
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const chart = charts.find((one) => one.root === entry.target);
        if (chart && entry.isIntersecting) draw(chart);
      }
    },
    { rootMargin: '600px' },
  );
  for (const chart of charts) observer.observe(chart.root);
  onTheme(() => {
    for (const chart of seen) chart.render();
  });
  addEventListener('beforeprint', () => charts.forEach(draw));
}

function resetButton(run: RunDocument, charts: () => readonly Chart[]): HTMLElement {
  const reset = element('button', { type: 'button', class: 'quiet', hidden: true }, 'Reset zoom');
  const first = run.firstMs / 1000;
  const last = (run.firstMs + (run.buckets - 1) * run.bucketMs) / 1000;
  reset.addEventListener('click', () => {
    for (const chart of charts()) chart.plot()?.setScale('x', { min: first, max: last });
  });
  return reset;
}

function controls(
  run: RunDocument,
  charts: readonly Chart[],
  filter: MarkFilter,
  reset: HTMLElement,
): HTMLElement {
  const bar = element('div', { class: 'controls' });
  if (run.subjects.length > 1) bar.append(focusField(run, charts));
  const types = (Object.keys(signs) as MarkType[]).filter((type) =>
    run.marks.some((mark) => mark.type === type),
  );
  if (types.length > 0) {
    const group = element('div', { class: 'types', role: 'group', 'aria-label': 'Marks shown' });
    group.append(...types.map((type) => typeButton(type, run, charts, filter)));
    bar.append(group);
  }
  const drag = element('span', { class: 'drag' }, 'Drag across a chart to zoom in.');
  bar.append(reset, element('p', { class: 'hint' }, 'Times are UTC. ', drag));
  return bar;
}

function focusField(run: RunDocument, charts: readonly Chart[]): HTMLElement {
  const select = element('select', {}, element('option', { value: '' }, 'an overview'));
  for (const [index, subject] of run.subjects.entries()) {
    if (subject !== '') select.append(element('option', { value: index }, subjectLabel(subject)));
  }
  select.addEventListener('change', () => {
    const subject = select.value === '' ? undefined : Number(select.value);
    for (const chart of charts) chart.focus(subject);
  });
  return element('label', { class: 'focus' }, 'Show ', select);
}

function typeButton(
  type: MarkType,
  run: RunDocument,
  charts: readonly Chart[],
  filter: MarkFilter,
): HTMLElement {
  const count = run.marks.filter((mark) => mark.type === type).length;
  const word = type.toLowerCase();
  const button = element(
    'button',
    { type: 'button', class: 'type', 'aria-pressed': 'true' },
    element('span', { class: `dot ${word}` }),
    `${type} ${count}`,
  );
  button.addEventListener('click', () => {
    if (!filter.delete(type)) filter.add(type);
    button.setAttribute('aria-pressed', String(!filter.has(type)));
    for (const chart of charts) chart.plot()?.redraw(false, true);
  });
  return button;
}
