import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addSecret, redact } from '../../src/io/redact.js';

/** The forms in which a secret is sent: as it is, in addresses, in forms, in Basic headers, in JSON. */
function forms(secret: string): string[] {
  const sent = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams({ x: secret }).toString().slice(2),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    JSON.stringify(secret).slice(1, -1),
  ];
  return [...new Set(sent)].filter((form) => form.length >= 6);
}

// A star is what stands for a secret: with stars of its own one could be put together anew.
const secret = fc
  .oneof(
    fc.string({ minLength: 6, maxLength: 40 }),
    fc.string({ unit: 'grapheme', minLength: 6, maxLength: 20 }),
    fc.base64String({ minLength: 8, maxLength: 40 }),
    fc.uuid(),
  )
  .filter((text) => !text.includes('*') && !/\p{Cs}/u.test(text));

it('lets no secret through in any form, whatever stands around it', () => {
  const around = fc.oneof(
    fc.string(),
    fc.constantFrom('Bearer ', 'Basic ', 'password=', '?sig=', '&x=', '"', ': ', '/', 'https://'),
  );
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), around, around, (secrets, before, after) => {
      for (const one of secrets) addSecret(one);
      for (const form of secrets.flatMap(forms)) {
        const clean = redact(`${before}${form}${after}${form}`);
        for (const other of secrets.flatMap(forms)) expect(clean).not.toContain(other);
      }
    }),
    { numRuns: 300 },
  );
});

it('takes any text as a secret, half of a surrogate pair, too', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ unit: 'binary' }), (one, text) => {
      addSecret(one);
      expect(typeof redact(text)).toBe('string');
    }),
  );
  expect(() => addSecret('\ud800 half of a pair')).not.toThrow();
  expect(redact('it is \ud800 half of a pair')).not.toContain('half of');
});

it('lets no password in an address through, and no value of a parameter that is not known to be harmless', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.~'), minLength: 8, maxLength: 30 });
  fc.assert(
    fc.property(word, word, word, (user, password, value) => {
      const clean = redact(
        `GET https://${user}:${password}-p@reg.example/v2/?_state=${value}-q&X-Amz-Signature=${value}-r`,
      );
      expect(clean).toBe('GET https://***@reg.example/v2/?_state=***&X-Amz-Signature=***');
    }),
  );
});
