import { expect, it } from 'vitest';
import { parseGlob } from '../../../src/oci/text/glob.js';

it.each([
  ['*.json', 'a.json', true],
  ['*.json', 'docs/a.json', false],
  ['*', '.hidden', true],
  ['docs/**', 'docs/a/b.md', true],
  ['**/*.md', 'a.md', true],
  ['**/b/**/c', 'a/b/x/b/y/c', true],
  ['**/b/**/c', 'a/x/y/c', false],
  ['a?b', 'a😀b', true],
  ['a?b', 'a/b', false],
  ['[!c]*', 'config.json', false],
  ['[!c]*', 'app.json', true],
  ['[^a-c]', 'd', true],
  ['[a-c-]', '-', true],
  ['[]x]', ']', true],
  ['[\\]x]', ']', true],
  ['[[:digit:]_]*', '7a', true],
  ['[[:digit:]_]*', 'a7', false],
  ['{a,b{1,2}}.txt', 'b2.txt', true],
  ['{a,b{1,2}}.txt', 'b.txt', false],
  ['{a}', '{a}', true],
  ['[{,}]', ',', true],
  ['\\{a,b\\}', '{a,b}', true],
  ['\\*', '*', true],
  ['\\*', 'a', false],
  ['app (1)+$.txt', 'app (1)+$.txt', true],
  ['(a|b)', 'a', false],
  ['./a', 'a', true],
  ['a/', 'a', true],
  ['**', '', false],
] as const)('takes %j for %j: %j', (glob, name, isFit) => {
  expect(parseGlob(glob)(name)).toBe(isFit);
});

it.each(['', '[', '[a', 'a{b', 'a\\', '[z-a]', '[a/b]', '[[:nope:]]', '{a,b}'.repeat(20), 'x'.repeat(5000)])(
  'refuses %j',
  (glob) => {
    expect(() => parseGlob(glob)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  },
);

it.each([
  ['*-*-*-*-*-*-*-*.json', '-'.repeat(255)],
  ['(a+)+b', 'a'.repeat(255)],
  ['**/a/**/a/**/a/**/b', `${'a/'.repeat(2000)}c`],
  [`${'{a,b}'.repeat(9)}*x*x*x*y`, `ab${'x'.repeat(250)}`],
])('answers soon for %j', (glob, name) => {
  const start = performance.now();
  expect(parseGlob(glob)(name)).toBe(false);
  expect(performance.now() - start).toBeLessThan(1000);
});
