/** Which subjects a chart shows: a list of boxes to tick, behind a small button. */
import { element } from './dom.ts';

export interface Choice {
  readonly subject: number;
  readonly label: string;
}

/** Lines are told apart by six colours and two dashes; more would only be a knot. */
const most = 8;
const filterFrom = 12;

export interface Picker {
  readonly root: HTMLElement;
  show(subjects: readonly number[]): void;
}

export function picker(choices: readonly Choice[], changed: (subjects: readonly number[]) => void): Picker {
  const summary = element('summary');
  const list = element('div', { class: 'choices', role: 'group', 'aria-label': 'Lines of this chart' });
  const root = element('details', { class: 'picker' }, summary, list);
  if (choices.length < 2) root.hidden = true;
  const boxes = choices.map(({ subject, label }) => {
    const box = element('input', { type: 'checkbox', value: subject });
    return { subject, label, box, row: element('label', {}, box, label) };
  });
  if (choices.length >= filterFrom) list.append(filterField(boxes));
  list.append(...boxes.map(({ row }) => row));
  list.addEventListener('change', () => {
    const ticked = boxes.filter(({ box }) => box.checked).map(({ subject }) => subject);
    if (ticked.length > 0) changed(ticked);
  });
  // As menus do: a click elsewhere or Escape closes it.
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !root.contains(event.target)) root.open = false;
  });
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !root.open) return;
    root.open = false;
    summary.focus();
  });
  return {
    root,
    show(subjects) {
      summary.textContent = `${subjects.length} of ${choices.length}`;
      summary.title = 'Choose what this chart shows';
      for (const { subject, box } of boxes) {
        box.checked = subjects.includes(subject);
        box.disabled = box.checked ? subjects.length === 1 : subjects.length >= most;
      }
    },
  };
}

function filterField(boxes: readonly { readonly label: string; readonly row: HTMLElement }[]): HTMLElement {
  const field = element('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the list' });
  field.addEventListener('input', (event) => {
    event.stopPropagation();
    const text = field.value.toLowerCase();
    for (const { label, row } of boxes) row.hidden = !label.toLowerCase().includes(text);
  });
  return field;
}
