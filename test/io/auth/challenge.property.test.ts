import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseChallenges } from '../../../src/io/auth/challenge.js';

const TOKEN_CHARS = [..."!#$%&'*+.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"];
const token = fc.string({ unit: fc.constantFrom(...TOKEN_CHARS), minLength: 1, maxLength: 12 });
/** What a quoted string may hold: visible characters, blanks, and with a backslash before them quotes and backslashes. */
const quotable = fc.string({
  unit: fc.constantFrom(...TOKEN_CHARS, ' ', ',', '=', '"', '\\', '/', ':', ';', '(', ')', 'ü', '\t'),
  maxLength: 20,
});
const blank = fc.constantFrom('', ' ', '  ', '\t');

interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly quoted: boolean;
  /** White space around `=`, and around the comma after it. */
  readonly blanks: readonly [string, string, string, string];
}

const parameter: fc.Arbitrary<Parameter> = fc
  .tuple(token, fc.oneof(token, quotable), fc.boolean(), fc.tuple(blank, blank, blank, blank))
  .map(([name, value, quoted, blanks]) => ({
    name,
    value,
    quoted: quoted || value === '' || [...value].some((char) => !TOKEN_CHARS.includes(char)),
    blanks,
  }));

const challenge = fc.record({
  scheme: token,
  parameters: fc.uniqueArray(parameter, { maxLength: 4, selector: ({ name }) => name.toLowerCase() }),
});

function format({ scheme, parameters }: { scheme: string; parameters: readonly Parameter[] }): string {
  const texts = parameters.map(({ name, value, quoted, blanks: [before, after] }) => {
    const written = quoted ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;
    return `${name}${before}=${after}${written}`;
  });
  return texts.length === 0 ? scheme : `${scheme} ${texts.join(parameters[0]?.blanks.slice(2).join(',') ?? ',')}`;
}

it('reads any list of challenges back, in one header or in several (RFC 9110 §11.6.1)', () => {
  const lists = fc.array(fc.array(challenge, { minLength: 1, maxLength: 3 }), { maxLength: 3 });
  fc.assert(
    fc.property(lists, (headers) => {
      const parsed = parseChallenges(headers.map((list) => list.map(format).join(', ')));
      expect(parsed.map(({ scheme, parameters }) => [scheme, [...parameters]])).toEqual(
        headers
          .flat()
          .map(({ scheme, parameters }) => [
            scheme.toLowerCase(),
            parameters.map(({ name, value }) => [name.toLowerCase(), value]),
          ]),
      );
    }),
    { numRuns: 500 },
  );
});

it('comes to an end with any text, soon, and never throws', () => {
  const noise = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: fc.constantFrom('a', ' ', ',', '=', '"', '\\', 'Bearer ', 'realm='), maxLength: 200 }),
  );
  const began = performance.now();
  fc.assert(
    fc.property(fc.array(noise, { maxLength: 3 }), (headers) => {
      for (const { scheme, parameters } of parseChallenges(headers)) {
        expect(scheme).toMatch(/^[!#$%&'*+.^_`|~0-9a-z-]+$/);
        for (const name of parameters.keys()) expect(name).toBe(name.toLowerCase());
      }
    }),
    { numRuns: 1000 },
  );
  expect(performance.now() - began).toBeLessThan(5_000);
});

it('is as quick with a header as long as Node.js lets one be', () => {
  const unit = fc.constantFrom('a', 'b=', ',', ' ', '"', '\\', '=', 'x y=', 'Basic ');
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 4 }), (parts) => {
      const piece = parts.join('');
      const began = performance.now();
      parseChallenges([piece.repeat(Math.ceil(16_384 / piece.length))]);
      expect(performance.now() - began).toBeLessThan(2_000);
    }),
    { numRuns: 30 },
  );
});
