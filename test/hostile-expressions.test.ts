import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Attack, excess } from './support/growth.js';

const src = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** An expression as it stands in code: behind an operator or a bracket, and not a comment. */
const LITERAL =
  /(?<=[=(,:?&|![{]\s*|return |^\s*)\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuy]*)(?=[\s.,;)\]:])/gm;

/** All expressions of the source, with the file of each. */
function expressions(): readonly { readonly file: string; readonly source: string; readonly flags: string }[] {
  return files.flatMap((file) => {
    const code = readFileSync(join(src, file), 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    return [...code.matchAll(LITERAL)].map(([, source = '', flags = '']) => ({ file, source, flags }));
  });
}

/** Texts that an expression has something to do with: its words, its characters, and one of each class. */
function pieces(source: string): readonly string[] {
  const words = source.match(/[A-Za-z0-9_<>:/ -]{2,}/g) ?? [];
  const escaped = [...source.matchAll(/\\([^\w])/g)].map(([, char = '']) => char);
  const plain = source.replace(/\\./g, '').match(/[^\w\s()[\]{}*+?^$|]/g) ?? [];
  const classes = ['a', 'A', '0', ' ', '\n', '/', ':', '.', '-', '=', '"', ',', '_'];
  return [...new Set([...classes, ...escaped, ...plain, ...words])].slice(0, 24);
}

/** What can stand before: nothing, or the text that the expression begins with. */
function beginnings(source: string): readonly string[] {
  const [literal = ''] = /^[\w<>:/= -]+/.exec(source.replace(/^\^/, '').replace(/\\([^\w])/g, '$1')) ?? [];
  return [...new Set(['', literal])];
}

function attacks(source: string): readonly Attack[] {
  const single = pieces(source);
  const both = single.flatMap((one) => single.slice(0, 10).map((two) => one + two));
  return [...new Set([...single, ...both])].flatMap((piece) =>
    beginnings(source).map((before) => ({ before, piece, after: '\u0001' })),
  );
}

const found = expressions();

it('finds the expressions', () => {
  expect(found.length).toBeGreaterThan(150);
});

/** Without a repetition the time is that of the text. */
const repeating = found.filter(({ source }) => /[*+]|\{\d+,\}/.test(source.replace(/\\.|\[[^\]]*\]/g, '')));

// A search of all places in a text takes what `test` takes from its start.
it.each(repeating)(
  'takes its time as the text grows: $file /$source/$flags',
  { timeout: 120_000 },
  ({ source, flags }) => {
    const expression = new RegExp(source, flags.replace('g', ''));
    const parse = (text: string) => {
      expression.lastIndex = 0;
      return expression.test(text);
    };
    for (const attack of attacks(source)) expect(excess(parse, attack)).toBeUndefined();
  },
);
