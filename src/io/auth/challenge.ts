import { RemoraError } from '../../errors.js';
import { endOf, QUOTED, SPACE, TOKEN } from '../../oci/text/scan.js';

/** A way to authenticate that a server offers (RFC 9110 §11.6.1). The scheme is lower-case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Characters of a header. Those of real registries have some hundred; Node.js takes 16,000. */
const MAX_LENGTH = 4096;

const SEPARATORS = /[\s,]+/y;
const UNQUOTED = /[^\s",]*/y;
const OTHER = /.[^\s,]*/sy;

/**
 * Parses `WWW-Authenticate` headers as they really come: several challenges, any case, unquoted values. Headers of more
 * than 4096 characters are left out ({@link refuseLong}).
 */
export function parseChallenges(headers: readonly string[]): readonly Challenge[] {
  return headers.filter(({ length }) => length <= MAX_LENGTH).flatMap(parseHeader);
}

/** @throws RemoraError `MALFORMED` for a header that was left out */
export function refuseLong(headers: readonly string[], registry: string): void {
  const long = headers.find(({ length }) => length > MAX_LENGTH);
  if (long === undefined) return;
  throw new RemoraError(
    'MALFORMED',
    `${registry} asks for a login with a WWW-Authenticate header of ${long.length} characters, wanted at most ${MAX_LENGTH}`,
    { expected: MAX_LENGTH, found: long.length, hint: 'The registry has a fault of its own; tell those who run it' },
  );
}

function parseHeader(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  for (let at = endOf(SEPARATORS, header, 0); at < header.length; at = endOf(SEPARATORS, header, at)) {
    const current = challenges.at(-1);
    const parameter = current && parseParameter(header, at);
    const name = endOf(TOKEN, header, at);
    if (current !== undefined && parameter !== undefined) {
      current.parameters.set(header.slice(at, name).toLowerCase(), parameter.value.replace(/\\(.)/g, '$1'));
      at = parameter.end;
    } else if (name > at && isScheme(header, name)) {
      challenges.push({ scheme: header.slice(at, name).toLowerCase(), parameters: new Map() });
      at = name;
    } else at = endOf(OTHER, header, at);
  }
  return challenges;
}

/** A scheme stands alone, or before its parameters. */
function isScheme(header: string, end: number): boolean {
  const next = endOf(SPACE, header, end);
  return header[next] !== '=' && (next > end || end === header.length || header[end] === ',');
}

interface Parameter {
  readonly value: string;
  readonly end: number;
}

function parseParameter(header: string, at: number): Parameter | undefined {
  const name = endOf(TOKEN, header, at);
  const equals = endOf(SPACE, header, name);
  if (name === at || header[equals] !== '=') return undefined;
  const start = endOf(SPACE, header, equals + 1);
  const end = endOf(QUOTED, header, start);
  return end > start ? { value: header.slice(start + 1, end - 1), end } : parseUnquoted(header, start);
}

/** Quay does not quote its scope, which has commas of its own: a value ends where a parameter or a scheme begins. */
function parseUnquoted(header: string, start: number): Parameter | undefined {
  for (let end = start; ; end += 1) {
    end = endOf(UNQUOTED, header, end);
    if (endsValue(header, endOf(SPACE, header, end))) return { value: header.slice(start, end), end };
    if (header[end] !== ',') return undefined;
  }
}

/** True at the end of the header, and at a comma before `name=`, before `scheme name=` and before a scheme alone. */
function endsValue(header: string, at: number): boolean {
  if (at === header.length) return true;
  if (header[at] !== ',') return false;
  const token = endOf(SPACE, header, at + 1);
  if (token === header.length) return true;
  const end = endOf(TOKEN, header, token);
  if (end === token) return false;
  const next = endOf(SPACE, header, end);
  if (header[next] === '=') return true;
  if (token > at + 1 && (next === header.length || header[next] === ',')) return true;
  const second = endOf(TOKEN, header, next);
  return next > end && second > next && header[endOf(SPACE, header, second)] === '=';
}
