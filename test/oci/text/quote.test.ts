import { expect, it } from 'vitest';
import { quote } from '../../../src/oci/text/quote.js';

it.each([
  ['a b', '"a b"'],
  ['größe 東京 🙂', '"größe 東京 🙂"'],
  ['"\\', '"\\"\\\\"'],
  ['\u001b[2J', '"\\u001b[2J"'],
  ['a\u007f\u009bb', '"a\\u007f\\u009bb"'],
  ['a\u202eb\u200b', '"a\\u202eb\\u200b"'],
  ['\ud800', '"\\ud800"'],
  ['x'.repeat(200), `"${'x'.repeat(200)}"`],
  ['x'.repeat(201), `"${'x'.repeat(200)}…"`],
])('%j is shown as %s', (text, shown) => {
  expect(quote(text)).toBe(shown);
});
