/** The program in the page: reads the data beside it and draws. It asks nothing of any network. */
import 'uplot/dist/uPlot.min.css';
import { type ReportDocument } from '../page-data.ts';
import './style.css';
import { byId } from './dom.ts';
import { startRun } from './run.ts';
import { startTheme } from './theme.ts';
import { followTip, hideTip } from './tip.ts';

const report = JSON.parse(byId('report').textContent ?? '') as ReportDocument;
startTheme();
for (const section of document.querySelectorAll<HTMLElement>('[data-run]')) {
  const index = Number(section.dataset['run']);
  const run = report.runs[index];
  if (run) startRun(section, run, `run-${index}`);
}
addEventListener('keydown', (event) => {
  if (event.key === 'Escape') hideTip();
});
addEventListener('scroll', followTip, { passive: true });
