import { formatSize } from '../../oci/text/size.js';
import type { Verdict } from '../../trust/values/judgement.js';
import { type Html, html } from './html.js';

/** A kind as a badge of its colour; a type that has no kind is grey. */
export function kindBadge(kind: string): Html {
  return html`<span class="kind kind-${kind.replace(/[^a-z-]/g, '')}">${kind}</span>`;
}

const VERDICT_MARKS: Readonly<Record<Verdict, string>> = { verified: '✓', wrong: '✗', unchecked: '?' };

/** A verdict as a mark and a word. */
export function verdictMark(verdict: Verdict): Html {
  return html`<span class="verdict ${verdict}"><span aria-hidden="true">${VERDICT_MARKS[verdict]}</span>${verdict}</span>`;
}

/** Bytes for people, and exactly on a closer look. */
export function size(bytes: number): Html {
  return html`<span class="size" title="${bytes} bytes">${formatSize(bytes)}</span>`;
}

/**
 * A date of RFC 3339 as `2026-11-24 12:00 UTC`, with its age where the present is given. Other text stays as it is.
 */
export function date(text: string, now?: Date): Html {
  const time = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(time)) return html`<bdi>${text}</bdi>`;
  const [day = '', clock = ''] = new Date(time).toISOString().split('T');
  const age = now === undefined ? undefined : ageOf(now.getTime() - time);
  return html`<time datetime="${text}" title="${text}">${day} ${clock.slice(0, 5)} UTC${age !== undefined && html` <span class="muted">(${age})</span>`}</time>`;
}

const UNITS = [
  ['y', 365 * 86_400],
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** `3 d ago`; undefined for what is to come. */
function ageOf(milliseconds: number): string | undefined {
  const seconds = milliseconds / 1000;
  if (seconds < 0) return undefined;
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ['s', 1];
  return `${Math.floor(seconds / length)} ${unit} ago`;
}

/** The first digits of a digest, and all of them on a closer look. */
export function digest(text: string): Html {
  const [, algorithm = '', digits = text] = /^([^:]*:)(.*)$/.exec(text) ?? [];
  return html`<span class="digest" title="${text}"><span class="unseen">${algorithm}</span>${digits.slice(0, 12)}<span class="unseen">${digits.slice(12)}</span></span>`;
}

/** A text from elsewhere: its direction of writing changes nothing around it. */
export function text(value: string): Html {
  return html`<bdi>${value}</bdi>`;
}
