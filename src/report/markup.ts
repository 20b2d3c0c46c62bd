/** HTML that is known to be safe. Only `html` makes it, and `html` escapes whatever else is put in. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Insert = Markup | string | number | undefined | false | readonly Insert[];

/** A template: texts put in are escaped, markup is kept, lists are joined; `undefined` and `false` are nothing. */
export function html(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  return new Markup(
    strings.map((part, index) => part + (index < inserts.length ? insert(inserts[index]) : '')).join(''),
  );
}

function insert(value: Insert): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(insert).join('');
  return escapeHtml(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/**
 * A value as JSON inside a script element. A `<` could end the element or open a comment in it, so none is left;
 * JSON reads the escape back as the same character.
 */
export function embedJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replace(/</g, '\\u003c'));
}

/** A program of our own inside a script element: nothing in it may close the element. */
export function embedScript(code: string): Markup {
  return new Markup(code.replace(/<(?=\/script|!--)/gi, '\\x3c'));
}

/** A style sheet of our own inside a style element. */
export function embedStyle(css: string): Markup {
  return new Markup(css.replace(/<(?=\/style)/gi, '\\3c '));
}
