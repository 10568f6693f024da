import { RemoraError } from '../../errors.js';
import { classEnd, expandBraces } from './braces.js';
import { quote } from './quote.js';
import { fitsWildcards } from './wildcards.js';

/** True for a name that fits a pattern. */
export type NameMatcher = (name: string) => boolean;

/** In characters: NAME_MAX and PATH_MAX. Longer names cannot be written, and longer patterns fit none. */
const MAX_COMPONENT = 255;
const MAX_NAME = 4096;

/** A part of a component: `*`, or what one character fits. */
type Part = '*' | ((character: string) => boolean);

/** A component of a pattern; `**` stands for any number of them. */
type Component = '**' | readonly Part[];

/** The named classes of POSIX, for any script. */
const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /^[\p{L}\p{N}]$/u],
  ['alpha', /^\p{L}$/u],
  ['digit', /^[0-9]$/],
  ['lower', /^\p{Ll}$/u],
  ['upper', /^\p{Lu}$/u],
  ['xdigit', /^[0-9A-Fa-f]$/],
  ['space', /^\s$/],
  ['punct', /^[\p{P}\p{S}]$/u],
]);

/**
 * Reads a pattern of file names: `*` and `?` stay within a component, `**` takes several, `[…]` and `{…,…}` as in a shell.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseGlob(glob: string): NameMatcher {
  const patterns = (() => {
    try {
      if (glob === '') throw new SyntaxError('it is empty');
      if (glob.length > MAX_NAME) throw new SyntaxError(`it has more than ${MAX_NAME} characters`);
      return expandBraces(glob).map(components);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw invalid(glob, error.message);
    }
  })();
  return (name) => {
    if (name === '' || name.length > MAX_NAME) return false;
    const found = name.split('/').map((component) => [...component]);
    if (found.some((component) => component.length > MAX_COMPONENT)) return false;
    return patterns.some((pattern) => fitsWildcards(pattern, found, { isAny: (part) => part === '**', fits }));
  };
}

function fits(pattern: Component, component: readonly string[]): boolean {
  if (pattern === '**') return true;
  return fitsWildcards(pattern, component, {
    isAny: (part) => part === '*',
    fits: (part, character) => part !== '*' && part(character),
  });
}

function components(pattern: string): readonly Component[] {
  const found: Part[][] = [[]];
  const clean = pattern.replace(/^(?:\.\/)+(?=.)/, '').replace(/(?<=.)\/$/, '');
  for (let at = 0; at < clean.length; ) {
    const character = String.fromCodePoint(clean.codePointAt(at) ?? 0);
    const end = character === '[' ? classEnd(clean, at) : at + character.length - 1;
    if (end === undefined) throw new SyntaxError('"[" is not closed');
    const text = clean.slice(at, end + 1);
    at = end + 1;
    if (character === '/') found.push([]);
    else if (character === '\\') {
      const [escaped] = [...clean.slice(at, at + 2)];
      if (escaped === undefined) throw new SyntaxError('it ends in a backslash');
      found.at(-1)?.push((other) => other === escaped);
      at += escaped.length;
    } else found.at(-1)?.push(partOf(character, text));
  }
  return found.map((parts) => (parts.length === 2 && parts.every((part) => part === '*') ? '**' : parts));
}

function partOf(character: string, text: string): Part {
  if (character === '*') return '*';
  if (character === '?') return () => true;
  if (character !== '[') return (other) => other === character;
  return classOf(text.slice(1, -1));
}

/** The characters between brackets. */
function classOf(text: string): (character: string) => boolean {
  if (text.includes('/')) throw new SyntaxError('"/" stands between brackets');
  const isNot = /^[!^]/.test(text);
  const tokens = text.slice(isNot ? 1 : 0).match(/\[:[a-z]*:\]|\\.|./gsu) ?? [];
  const tests: ((character: string) => boolean)[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const [first = '', dash, last] = tokens.slice(at, at + 3).map(plain);
    const named = /^\[:(.*):\]$/.exec(first);
    if (named) tests.push(classNamed(named[1] ?? ''));
    else if (tokens[at + 1] === '-' && dash !== undefined && last !== undefined) {
      if (codeOf(last) < codeOf(first))
        throw new SyntaxError(`the range ${quote(`${first}-${last}`)} ends before it begins`);
      tests.push((character) => codeOf(first) <= codeOf(character) && codeOf(character) <= codeOf(last));
      at += 2;
    } else tests.push((character) => character === first);
  }
  return (character) => tests.some((test) => test(character)) !== isNot;
}

function plain(token: string): string {
  return token.replace(/^\\(?=.)/su, '');
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function classNamed(name: string): (character: string) => boolean {
  const expression = CLASSES.get(name);
  if (expression === undefined) throw new SyntaxError(`${quote(`[:${name}:]`)} names no class of characters`);
  return (character) => expression.test(character);
}

function invalid(glob: string, problem: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `pattern ${quote(glob)} cannot be read: ${problem}`, {
    found: glob,
    hint: "Write it like '*.json' or 'docs/**', or put a backslash before a character that is meant itself",
  });
}
