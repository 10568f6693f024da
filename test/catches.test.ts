import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** The helper that leaves a failure to a later `await`: no failure is lost there. */
const HELPER = 'io/async/handled.ts';

/** The code between the brace at `start` and its partner; braces in texts are balanced in this code. */
function blockAt(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && --depth === 0) return text.slice(start, at + 1);
  }
  return text.slice(start);
}

/** A block throws, looks at the failure's code or type, or hands it to a function that does so or reports it. */
const TELLS = new RegExp(
  [
    String.raw`\b(?:throw|reject|instanceof|code)\b`,
    String.raw`\bis[A-Z]\w*(?:Error|Interruption)\b`,
    String.raw`\b(?:systemCode|dropSystemError|ignoreFileError|faultOf|onUnasked|unasked|unread|failed|errorFields|refuse)\(`,
  ].join('|'),
);

/** The catches of a source text that take every failure, as `LINE: CODE`. */
function bareCatches(source: string): string[] {
  const text = source.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
  const blocks = [...text.matchAll(/\bcatch(?: \(\w+\))? \{|\.catch\((?:async )?\(\w+(?:: unknown)?\) => \{/g)]
    .filter(({ 0: head, index }) => !TELLS.test(blockAt(text, index + head.length - 1)))
    .map(({ 0: head, index }) => ({ head, index }));
  const dropped = [...text.matchAll(/\.catch\(\(\)(?:: [^=]+)? =>/g)].map(({ 0: head, index }) => ({ head, index }));
  return [...blocks, ...dropped].map(({ head, index }) => `${text.slice(0, index).split('\n').length}: ${head}`);
}

function bareCatchesOf(file: string): string[] {
  return bareCatches(readFileSync(join(src, file), 'utf8'));
}

describe('a catch names the failures that it is for', () => {
  const checked = files.filter((file) => file !== HELPER);
  it.each(checked)('%s', (file) => {
    expect(bareCatchesOf(file)).toEqual([]);
  });
});

it.each([
  ['try {\n  a();\n} catch {\n  b();\n}', ['3: catch {']],
  ['try { a(); } catch (error) { b(error); }', ['1: catch (error) {']],
  ['a().catch(() => {});', ['1: .catch(() =>']],
  ['a().catch((): string[] => []);', ['1: .catch((): string[] =>']],
  ['a().catch((error: unknown) => {\n  log(error);\n});', ['1: .catch((error: unknown) => {']],
  ['try { a(); } catch (error) { // throw\n}', ['1: catch (error) {']],
  ["try { a(); } catch (error) { if (systemCode(error) !== 'ENOENT') throw error; }", []],
  ['try { a(); } catch (error) { return isRemoraError(error) ? error.message : fail(error); }', []],
  ['a().catch((error: unknown) => {\n  throw fileError(error, path);\n});', []],
  ['// a().catch(() => {});', []],
])('finds in %j: %j', (source, found) => {
  expect(bareCatches(source)).toEqual(found);
});
