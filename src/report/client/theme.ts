/** Light or dark: what the system wants, until somebody chooses; always light on paper. */
import { byId } from './dom.ts';

export type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
const key = 'vctl-report-theme';
const listeners = new Set<() => void>();
let printing = false;

/** Calls back when colours have changed: what is drawn on a canvas must be drawn again. */
export function onTheme(listener: () => void): void {
  listeners.add(listener);
}

/** The colour that a custom property of the style sheet has now. */
export function color(property: string): string {
  const probe = byId('probe');
  probe.style.color = `var(${property})`;
  return getComputedStyle(probe).color;
}

/** Sets up the switch, the system's wishes and printing. */
export function startTheme(): void {
  const button = byId('theme');
  button.hidden = false;
  show(chosen());
  button.addEventListener('click', () => {
    const next: Theme = current() === 'dark' ? 'light' : 'dark';
    remember(next);
    show(next);
  });
  system.addEventListener('change', () => show(chosen()));
  addEventListener('beforeprint', () => {
    printing = true;
    show('light');
  });
  addEventListener('afterprint', () => {
    printing = false;
    show(chosen());
  });
}

const current = (): Theme => (document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light');

function show(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  const other = theme === 'dark' ? 'light' : 'dark';
  const button = byId('theme');
  button.textContent = theme === 'dark' ? '☀' : '☾';
  button.title = `Switch to ${other} colours`;
  button.setAttribute('aria-label', button.title);
  document.documentElement.classList.toggle('printing', printing);
  for (const listener of listeners) listener();
}

function chosen(): Theme {
  const kept = recall();
  return kept ?? (system.matches ? 'dark' : 'light');
}

// A file opened from disk may not be allowed to store anything; the choice then lasts as long as the page.
let choice: Theme | undefined;

function remember(theme: Theme): void {
  choice = theme;
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Not allowed: `choice` remembers it.
  }
}

function recall(): Theme | undefined {
  if (choice !== undefined) return choice;
  try {
    const kept = localStorage.getItem(key);
    return kept === 'dark' || kept === 'light' ? kept : undefined;
  } catch {
    return undefined;
  }
}
