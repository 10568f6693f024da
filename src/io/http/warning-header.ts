import { endOf, QUOTED, SPACE, unquoted } from '../../oci/text/scan.js';

const MAX_LENGTH = 4096;
const CODE = /\d{3}/y;
const AGENT = /\S+/y;

/**
 * The texts of `Warning` headers that a registry means for users: code 299, agent `-`, no date (distribution-spec,
 * "Warnings"). Others are about caches, and are left out.
 */
export function registryWarnings(headers: readonly string[]): readonly string[] {
  return headers.flatMap((header) => textsOf(header.slice(0, MAX_LENGTH)));
}

function textsOf(header: string): string[] {
  const texts: string[] = [];
  for (let at = 0; ; ) {
    const code = endOf(SPACE, header, at);
    const agent = spaced(header, endOf(CODE, header, code), code);
    const start = spaced(header, endOf(AGENT, header, agent), agent);
    const end = endOf(QUOTED, header, start);
    if (end > start && header.slice(code, start).split(/\s+/, 2).join(' ') === '299 -')
      texts.push(unquoted(header.slice(start, end)));
    // All behind a text without an end is within that text.
    if (end === start && start > agent && header[start] === '"') return texts;
    const comma = header.indexOf(',', Math.max(at, end > start ? end : at));
    if (comma < 0) return texts;
    at = comma + 1;
  }
}

/** Where the next word begins, behind white space; the end of the header where there is none. */
function spaced(header: string, end: number, start: number): number {
  const next = endOf(SPACE, header, end);
  return end > start && next > end ? next : header.length;
}
