import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * The rule for words in CONTRIBUTING.md, as far as a pattern can hold it: a sentence begins with the code's own noun, and
 * a thing "is not a" other thing.
 */
const OPENING = /(?:^|[.!?] )(?:What|Who|Whoever|Whatever|One|Nothing|Nobody|Something|Somebody)\b(?![^.]*\?)/;
const IS_NO = /\b(?:is|are|was|were) no (?!longer\b|more\b)\w+/;

const root = fileURLToPath(new URL('..', import.meta.url));

function filesIn(folder: string, ends: readonly string[]): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ends.some((end) => file.endsWith(end)))
    .map((file) => join(folder, file));
}

/** Comments of a source file, each as one line. */
function commentsOf(text: string): readonly string[] {
  return [...text.matchAll(/\/\*\*([\s\S]*?)\*\/|((?:^[ \t]*\/\/[^\n]*\n)+)/gm)].map(([, block, lines]) =>
    (block ?? lines ?? '')
      .replace(/\n\s*(?:\*|\/\/)?\s?/g, ' ')
      .replace(/^\s*(?:\/\/)?\s*/, '')
      .trim(),
  );
}

/** Texts of a source file that people read: hints, messages, summaries. */
function textsOf(text: string): readonly string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/'((?:[^'\\\n]|\\.)* (?:[^'\\\n]|\\.)*)'|`([^`]* [^`]*)`/g)].map(
    ([, one, two]) => one ?? two ?? '',
  );
}

/** Paragraphs of a page, without its code. */
function paragraphsOf(text: string): readonly string[] {
  return text
    .replace(/```[\s\S]*?```/g, '')
    .split(/\n\s*\n|\n(?=[-|*#] ?)/)
    .map((part) =>
      part
        .replace(/\s+/g, ' ')
        .replace(/^[-*|#> ]+/, '')
        .trim(),
    );
}

function breaches(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => OPENING.test(text) || IS_NO.test(text));
}

describe('words', () => {
  it.each(filesIn('src', ['.ts', '.cjs']))('%s', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    expect(breaches([...commentsOf(text), ...textsOf(text)])).toEqual([]);
  });

  it.each(['README.md', 'CONTRIBUTING.md', ...filesIn('docs', ['.md'])])('%s', (file) => {
    expect(breaches(paragraphsOf(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
});
