import { RemoraError } from '../../errors.js';
import { endOf, QUOTED, SPACE, unquoted } from '../../oci/text/scan.js';

const SEPARATORS = /[\s;]+/y;
const NAME = /[^=;,\s]+/y;
const VALUE = /[^;,"]*/y;
const REST = /[^;,]*/y;

/**
 * The address in a `Link` header (RFC 8288 §3) whose relation is `next`, as it stands there.
 *
 * @throws RemoraError `MALFORMED` for what is not a list of links
 */
export function nextLink(header: string): string | undefined {
  let found: string | undefined;
  for (let at = endOf(SPACE, header, 0); at < header.length; at = endOf(SPACE, header, at)) {
    const close = header.indexOf('>', at);
    if (header[at] !== '<' || close < 0) throw malformed(at);
    const address = header.slice(at + 1, close);
    const { relations, end } = parseParameters(header, close + 1);
    if (relations.includes('next')) found ??= address;
    if (end < header.length && header[end] !== ',') throw malformed(end);
    at = end + 1;
  }
  return found;
}

/** The relations of one link: of several parameters `rel` the first counts. */
function parseParameters(header: string, start: number): { relations: readonly string[]; end: number } {
  let relations: string | undefined;
  let at = endOf(SPACE, header, start);
  while (header[at] === ';') {
    const name = endOf(SEPARATORS, header, at);
    const equals = endOf(NAME, header, name);
    at = endOf(SPACE, header, equals);
    if (header[at] !== '=') continue;
    const value = endOf(SPACE, header, at + 1);
    const quoted = endOf(QUOTED, header, value);
    if (header[value] === '"' && quoted === value) throw malformed(value);
    at = quoted > value ? quoted : endOf(VALUE, header, value);
    const text = quoted > value ? unquoted(header.slice(value, at)) : header.slice(value, at);
    if (header.slice(name, equals).toLowerCase() === 'rel') relations ??= text;
    at = endOf(REST, header, at);
  }
  return { relations: (relations ?? '').toLowerCase().trim().split(/\s+/), end: at };
}

function malformed(at: number): RemoraError {
  return new RemoraError('MALFORMED', `Link header cannot be read from character ${at + 1} on`);
}
