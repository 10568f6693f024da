import { expect, it } from 'vitest';
import { readCertificate } from '../../../src/trust/notation/certificate.js';
import { isPartOf, parseName } from '../../../src/trust/notation/distinguished-name.js';
import { issue } from './support/certificates.js';

const NEEDED = 'C=US, ST=WA, O=acme';

it.each<[string, Readonly<Record<string, string>>]>([
  [NEEDED, {}],
  ['C = US ,ST =WA, O= acme', {}],
  ['C=US,S=WA,O=acme', {}],
  [`${NEEDED}, CN=two words`, { CN: 'two words' }],
  [`${NEEDED}, CN=\\ spaces\\ `, { CN: ' spaces ' }],
  [`${NEEDED}, CN=a\\,b\\;c\\\\d\\+e`, { CN: 'a,b;c\\d+e' }],
  [`${NEEDED}, CN=a=b#c`, { CN: 'a=b#c' }],
  [`${NEEDED}, CN=M\\C3\\BCller`, { CN: 'Müller' }],
  [`${NEEDED}, CN=Müller`, { CN: 'Müller' }],
  [`${NEEDED}, CN=\\5C\\2C`, { CN: '\\,' }],
  [`${NEEDED}, 1.2.3.4=x`, { '1.2.3.4': 'x' }],
])('reads the name %s', (text, others) => {
  expect(Object.fromEntries(parseName(text, 'identity'))).toEqual({ C: 'US', ST: 'WA', O: 'acme', ...others });
});

it.each<[string, string]>([
  ['', 'wanted TYPE=VALUE'],
  ['C=US', 'identity lacks ST, O'],
  ['C=US, ST=WA, O=', 'identity lacks O'],
  [`${NEEDED}, O=other`, 'identity has O twice'],
  [`${NEEDED}, S=WA`, 'identity has ST twice'],
  [`${NEEDED},`, 'wanted TYPE=VALUE'],
  [`${NEEDED}, CN`, 'wanted TYPE=VALUE'],
  [`${NEEDED}, CN=a+OU=b`, 'wanted TYPE=VALUE'],
  [`${NEEDED}, CN=a;b`, 'wanted TYPE=VALUE'],
  [`${NEEDED}, CN="a"`, 'wanted TYPE=VALUE'],
  [`${NEEDED}, CN=#0403666f6f`, 'wanted TYPE=VALUE'],
  [`${NEEDED}, CN=a\\`, 'wanted TYPE=VALUE'],
  [`${NEEDED}, C N=a`, 'wanted TYPE=VALUE'],
  ['C=US; ST=WA; O=acme', 'wanted TYPE=VALUE'],
])('refuses the name %j', (text, message) => {
  expect(() => parseName(text, 'identity')).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
  );
});

it('knows a part of a name', () => {
  const part = new Map([['C', 'US']]);
  expect(
    isPartOf(
      part,
      new Map([
        ['C', 'US'],
        ['O', 'acme'],
      ]),
    ),
  ).toBe(true);
  expect(isPartOf(part, new Map([['C', 'USA']]))).toBe(false);
  expect(isPartOf(new Map([['CN', '']]), part)).toBe(false);
});

it.each<[string, string]>([
  ['two words', 'two words'],
  [' a ', '\\ a\\ '],
  ['a,b+c"d\\e<f>g;h', 'a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h'],
  ['#a', '\\#a'],
  ['a\u001b[2Jb\u202e', 'a\\1b[2Jb\\e2\\80\\ae'],
])('writes the name %j of a certificate as one that steers no terminal', (value, written) => {
  expect(
    readCertificate(
      issue({
        subject: [
          ['O', 'acme'],
          ['CN', value],
        ],
      }).raw,
    ).subject,
  ).toBe(`CN=${written},O=acme`);
});
