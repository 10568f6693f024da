import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRemoraError } from '../../../src/errors.js';
import { formatReference, parseReference, type Reference } from '../../../src/oci/names/reference.js';

const LOWER = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const word = fc.string({ unit: fc.constantFrom(...LOWER), minLength: 1, maxLength: 8 });
const separator = fc.constantFrom('.', '_', '__', '-', '---');
const component = fc
  .tuple(word, fc.array(fc.tuple(separator, word), { maxLength: 2 }))
  .map(([first, rest]) => first + rest.flat().join(''));
const repository = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const digest = fc.oneof(
  hex(64).map((text) => `sha256:${text}`),
  hex(128).map((text) => `sha512:${text}`),
);
const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined });
const name = fc.oneof(
  fc.constant('localhost'),
  fc
    .tuple(
      component.filter((text) => /^[a-z][a-z0-9-]*$/.test(text)),
      word,
    )
    .map(([host]) => `${host}.example`),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
);
const host = fc.tuple(name, port).map(([text, number]) => (number === undefined ? text : `${text}:${number}`));

const reference = fc.record({ registry: host, repository, tag, digest }, { requiredKeys: ['registry', 'repository'] });

it('reads back what it wrote, IPv6 hosts, ports, tags and digests included', () => {
  fc.assert(
    fc.property(reference, (parts) => {
      const { registry, repository: path, tag: label, digest: pinned } = parts;
      const text = `${registry}/${path}${label === undefined ? '' : `:${label}`}${pinned === undefined ? '' : `@${pinned}`}`;
      const parsed = parseReference(text);
      expect(parsed).toEqual(parts);
      expect(formatReference(parsed)).toBe(text);
    }),
    { numRuns: 500 },
  );
});

it('gives a reference that stays the same, or INVALID_ARGUMENT, for any text', () => {
  const near = fc
    .array(
      fc.oneof(fc.constantFrom('/', ':', '@', '.', '[', ']', '::', 'sha256:', '//', '%', ' ', 'A', '\0'), word, tag),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(near, fc.string(), fc.string({ unit: 'binary' })), (text) => {
      let parsed: Reference;
      try {
        parsed = parseReference(text);
      } catch (error) {
        expect(isRemoraError(error) && error.code).toBe('INVALID_ARGUMENT');
        return;
      }
      expect(parseReference(formatReference(parsed))).toEqual(parsed);
      // Every accepted host can be asked: a request never fails with a TypeError.
      expect(URL.canParse(`https://${parsed.registry}/v2/${parsed.repository}/`)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
