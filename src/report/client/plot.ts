/** How uPlot is told to draw the lines of a chart. */
import uPlot from 'uplot';
import { type ChartKind } from '../charts.ts';
import { type RunDocument } from '../page-data.ts';
import { formatFigure } from '../../model/figures.ts';
import { type DrawnLine } from '../lines.ts';
import { color } from './theme.ts';

/** Colours of lines; more lines than colours start over. */
export const paletteSize = 6;
export const lineColor = (index: number): string => `--line-${index % paletteSize}`;

const dayMs = 86_400_000;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Times in seconds, then for each line its mean, its greatest and its least values. */
export function plotData(run: RunDocument, lines: readonly DrawnLine[]): uPlot.AlignedData {
  const times = Array.from(
    { length: run.buckets },
    (_, index) => (run.firstMs + index * run.bucketMs) / 1000,
  );
  return [
    times,
    ...lines.flatMap(({ data }) => [
      [...data.mean],
      [...(data.max ?? data.mean)],
      [...(data.min ?? data.mean)],
    ]),
  ];
}

/** What a chart is drawn with. `range` is of the y axis; `sync` names the charts that share a cursor. */
export interface PlotWish {
  readonly run: RunDocument;
  readonly kind: ChartKind;
  readonly lines: readonly DrawnLine[];
  readonly range: readonly [number, number];
  readonly log: boolean;
  readonly width: number;
  readonly sync: string;
}

export function plotOptions({ run, kind, lines, range, log, width, sync }: PlotWish): uPlot.Options {
  const ink = color('--muted');
  const grid = { stroke: color('--grid'), width: 1 };
  const font = '12px system-ui, sans-serif';
  const stepped = kind.stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    width,
    height: width < 480 ? 170 : 200,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: {
      sync: { key: sync, scales: ['x', null] },
      drag: { x: true, y: false, dist: 8 },
      points: { size: 7 },
    },
    scales: { x: { time: true }, y: { range: [range[0], range[1]], distr: log ? 3 : 1 } },
    axes: [
      {
        stroke: ink,
        font,
        grid: { show: false },
        ticks: { ...grid, size: 4 },
        size: 30,
        space: 64,
        values: (_, splits) => splits.map((seconds) => timeLabel(run, seconds * 1000)),
      },
      {
        stroke: ink,
        font,
        grid,
        ticks: { show: false },
        size: 62,
        space: 36,
        values: (_, splits) => splits.map((value) => formatFigure(value, kind.unit)),
        splits: log ? () => decades(range) : undefined,
        filter: (_, splits) => splits,
      },
    ],
    series: [{}, ...lines.flatMap((line) => seriesOf(line, stepped))],
    bands: lines.flatMap(({ data, color: index }, position) =>
      data.max === undefined
        ? []
        : [
            {
              series: [position * 3 + 2, position * 3 + 3] as [number, number],
              fill: color(`${lineColor(index)}-band`),
            },
          ],
    ),
  };
}

function seriesOf(line: DrawnLine, paths: uPlot.Series.PathBuilder | undefined): uPlot.Series[] {
  const stroke = color(lineColor(line.color));
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false }, paths };
  const mean: uPlot.Series = {
    stroke,
    width: 1.75,
    points: { show: false },
    paths,
    dash: line.dashed ? [5, 4] : undefined,
  };
  // The greatest values have a line of their own: a peak shorter than a bucket is what one looks for.
  const peak: uPlot.Series = line.data.max === undefined ? edge : { ...edge, stroke, width: 1, alpha: 0.45 };
  return [mean, peak, edge];
}

/** The powers of ten of a range: the other lines of a logarithmic axis would only be a hatching. */
function decades([from, to]: readonly [number, number]): number[] {
  const first = Math.round(Math.log10(from));
  return Array.from({ length: Math.round(Math.log10(to)) - first + 1 }, (_, index) => 10 ** (first + index));
}

/** `09:00`; the day at midnight of runs that last longer than one. */
function timeLabel(run: RunDocument, ms: number): string {
  const long = run.buckets * run.bucketMs > dayMs;
  const date = new Date(ms);
  if (long && ms % dayMs === 0) return `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ''}`;
  return date.toISOString().slice(11, ms % 60_000 === 0 ? 16 : 19);
}
