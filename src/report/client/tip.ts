/** One tooltip for the page: a few lines beside what is pointed at or focused. */
import { byId, element } from './dom.ts';

export interface TipLine {
  readonly text: string;
  /** Class of a dot before the text. */
  readonly dot?: string;
  readonly strong?: boolean;
}

/** Shows the lines above `target`, or below it where there is no room; never outside the window. */
export function showTip(target: Element, lines: readonly TipLine[]): void {
  const tip = byId('tip');
  tip.replaceChildren(
    ...lines.map((line) => {
      const row = element('div', { class: line.strong === true ? 'strong' : undefined });
      if (line.dot !== undefined) row.append(element('span', { class: `dot ${line.dot}` }));
      row.append(line.text);
      return row;
    }),
  );
  tip.hidden = false;
  shownFor = target;
  place();
}

let shownFor: Element | undefined;

/** Puts the tooltip beside its target again; call it when the page has moved under it. */
export function followTip(): void {
  if (shownFor !== undefined) place();
}

function place(): void {
  const tip = byId('tip');
  const target = shownFor;
  if (target === undefined || !target.isConnected) return hideTip();
  const at = target.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - own.width / 2), innerWidth - own.width - 8);
  const above = at.top - own.height - 8;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

export function hideTip(): void {
  shownFor = undefined;
  byId('tip').hidden = true;
}

/** Shows `lines` while any part of `root` that `find` knows is pointed at or focused. */
export function tipFor(root: HTMLElement, find: (target: Element) => readonly TipLine[] | undefined): void {
  const enter = (event: Event) => {
    const target = event.target instanceof Element ? event.target : undefined;
    const lines = target && find(target);
    if (target && lines) showTip(target, lines);
    else hideTip();
  };
  root.addEventListener('pointerover', enter);
  root.addEventListener('focusin', enter);
  root.addEventListener('pointerleave', hideTip);
  root.addEventListener('focusout', hideTip);
}
