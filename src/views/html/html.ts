import { visible } from '../text/visible.js';

/** Markup that is safe to put into a page. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | undefined | false | readonly Value[];

/**
 * Markup with values: texts are escaped, markup is taken as it is, `undefined` and `false` are nothing. A value stands in
 * an element or in a quoted attribute.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(markup)));
}

/** Text that is markup already, or stands where nothing is escaped: a style, a script. It must not come from elsewhere. */
export function raw(text: string): Html {
  return new Html(text);
}

function markup(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  return typeof value === 'object' ? value.map(markup).join('') : escapeHtml(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text that an HTML parser reads as the same text, in an element or in a quoted attribute. Characters that control a
 * terminal or the direction of writing become visible: `\u202e`.
 */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
