import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** The helper that leaves a failure to a later `await`: no failure is lost there. */
const HELPER = 'io/async/handled.ts';

/** Files that still swallow failures of any kind. To be emptied. */
const PENDING: readonly string[] = [
  'cli/compiled.ts',
  'formats/recognise/base64.ts',
  'formats/recognise/tar-entries.ts',
  'oci/names/registry.ts',
  'operations/attached/tag-snapshot.ts',
  'operations/attached/walk.ts',
  'operations/check/attached.ts',
  'operations/check/layout/files.ts',
  'operations/check/layout/layout.ts',
  'operations/copy/ahead.ts',
  'operations/copy/into-store.ts',
  'operations/copy/plan.ts',
  'operations/detach/carry-out.ts',
  'serve/server.ts',
  'serve/uploads.ts',
  'store/archive/member-stream.ts',
  'store/layout/blob-scan.ts',
  'store/layout/clone.ts',
  'store/layout/entries.ts',
  'store/layout/hosted-store.ts',
  'store/layout/manifest-scan.ts',
  'store/layout/prune.ts',
  'store/layout/removal.ts',
  'store/layout/repositories.ts',
  'store/layout/upload-sessions.ts',
  'store/registry/blobs/upload-session.ts',
  'store/registry/blobs/upload.ts',
  'store/registry/client/errors.ts',
  'store/registry/put-manifest.ts',
  'store/registry/referrers/list.ts',
  'store/registry/store.ts',
];

/** The code between the brace at `start` and its partner; braces in texts are balanced in this code. */
function blockAt(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && --depth === 0) return text.slice(start, at + 1);
  }
  return text.slice(start);
}

/** A block throws, looks at the failure's code or type, or hands it to a function that does so. */
const TELLS = new RegExp(
  [
    String.raw`\b(?:throw|reject|instanceof|code)\b`,
    String.raw`\bis[A-Z]\w*(?:Error|Interruption)\b`,
    String.raw`\b(?:systemCode|dropSystemError|faultOf|onUnasked|unasked)\(`,
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
  const checked = files.filter((file) => file !== HELPER && !PENDING.includes(file));
  it.each(checked)('%s', (file) => {
    expect(bareCatchesOf(file)).toEqual([]);
  });

  it('and every file that is pending still has one that does not', () => {
    expect(PENDING.filter((file) => !files.includes(file) || bareCatchesOf(file).length === 0)).toEqual([]);
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
