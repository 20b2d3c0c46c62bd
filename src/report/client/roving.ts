/** One tab stop for a group of many buttons; the arrow keys go on to the nearest one in their direction. */

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Sets up the keys of `root` for the elements that `selector` finds; call `refresh` when they have changed. */
export function roving(root: HTMLElement, selector: string): { refresh(): void } {
  const items = () => [...root.querySelectorAll<HTMLElement>(selector)];
  const refresh = () => {
    const all = items();
    const stop = all.find((item) => item.tabIndex === 0 && item === document.activeElement) ?? all[0];
    for (const item of all) item.tabIndex = item === stop ? 0 : -1;
  };
  const go = (next: HTMLElement) => {
    for (const item of items()) item.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
  root.addEventListener('keydown', (event) => {
    const direction = directions[event.key];
    const from = event.target;
    if (!(from instanceof HTMLElement) || !from.matches(selector)) return;
    const all = items();
    const next =
      event.key === 'Home'
        ? all[0]
        : event.key === 'End'
          ? all.at(-1)
          : direction && nearest(from, all, direction);
    if (next === undefined) return;
    event.preventDefault();
    go(next);
  });
  root.addEventListener('click', (event) => {
    const hit = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
    if (hit) go(hit);
  });
  refresh();
  return { refresh };
}

/** The item that begins nearest beyond the end of this one; steps aside count four times. */
function nearest(
  from: HTMLElement,
  all: readonly HTMLElement[],
  [dx, dy]: readonly [number, number],
): HTMLElement | undefined {
  const a = from.getBoundingClientRect();
  let best: HTMLElement | undefined;
  let least = Infinity;
  for (const item of all) {
    if (item === from) continue;
    const b = item.getBoundingClientRect();
    const right = gap(a.left, a.right, b.left, b.right);
    const down = gap(a.top, a.bottom, b.top, b.bottom);
    const ahead = dx === 0 ? down * dy : right * dx;
    if (ahead <= 0) continue;
    const aside = Math.abs(dx === 0 ? right : down);
    const offset = Math.abs(dx === 0 ? a.left - b.left : a.top - b.top);
    const distance = ahead + aside * 4 + offset / 100;
    if (distance < least) [best, least] = [item, distance];
  }
  return best;
}

/** From the end of one stretch to the start of another, negative when the other lies before; 0 when they overlap. */
function gap(from: number, to: number, otherFrom: number, otherTo: number): number {
  if (otherFrom >= to - 1) return Math.max(0.01, otherFrom - to);
  return otherTo <= from + 1 ? -Math.max(0.01, from - otherTo) : 0;
}
