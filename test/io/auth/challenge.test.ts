import { expect, it } from 'vitest';
import { parseChallenges, refuseLong } from '../../../src/io/auth/challenge.js';

function parsed(...headers: readonly string[]): object[] {
  return parseChallenges(headers).map(({ scheme, parameters }) => ({ scheme, ...Object.fromEntries(parameters) }));
}

const BEARER = { scheme: 'bearer', realm: 'https://auth.example/token', service: 'registry.example' };

it.each<[string, readonly string[], object[]]>([
  ['Basic', ['Basic realm="Registry Realm"'], [{ scheme: 'basic', realm: 'Registry Realm' }]],
  ['Basic without a realm', ['Basic'], [{ scheme: 'basic' }]],
  ['a scheme in capitals (Nexus)', ['BASIC realm="Sonatype Nexus"'], [{ scheme: 'basic', realm: 'Sonatype Nexus' }]],
  [
    'Bearer',
    ['Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"'],
    [{ ...BEARER, scope: 'repository:a/b:pull,push' }],
  ],
  [
    'names in any case, spaces anywhere, any order',
    ['bEaReR  Scope = "repository:a:pull" , SERVICE="registry.example",  Realm= "https://auth.example/token"'],
    [{ ...BEARER, scope: 'repository:a:pull' }],
  ],
  [
    'values without quotes (Quay)',
    ['Bearer realm=https://auth.example/token,service=registry.example,scope=repository:a/b:pull,push'],
    [{ ...BEARER, scope: 'repository:a/b:pull,push' }],
  ],
  [
    'a scope without quotes in the middle',
    ['Bearer realm="https://auth.example/token",scope=repository:a/b:pull,push,service="registry.example"'],
    [{ ...BEARER, scope: 'repository:a/b:pull,push' }],
  ],
  [
    'several in one header',
    ['Basic realm="x, y", Bearer realm="https://auth.example/token",service="registry.example"'],
    [{ scheme: 'basic', realm: 'x, y' }, BEARER],
  ],
  [
    'several headers',
    ['Negotiate', 'Bearer realm="https://auth.example/token",service="registry.example"', 'Basic realm=x'],
    [{ scheme: 'negotiate' }, BEARER, { scheme: 'basic', realm: 'x' }],
  ],
  ['an escaped quote', ['Basic realm="a \\"b\\" c"'], [{ scheme: 'basic', realm: 'a "b" c' }]],
  [
    'an empty value',
    ['Bearer realm="",error="invalid_token"'],
    [{ scheme: 'bearer', realm: '', error: 'invalid_token' }],
  ],
  ['nothing', ['', ' , '], []],
])('reads %s', (_, headers, challenges) => {
  expect(parsed(...headers)).toEqual(challenges);
});

it.each(['"', '=', '===,,,"', 'Bearer realm="unclosed', 'Bearer realm=', '\u0000\u0001', 'Basic realm="a"b"c'])(
  'comes to an end with %j',
  (header) => {
    expect(() => parsed(header)).not.toThrow();
  },
);

it('is not slowed down by a hostile header', () => {
  const began = performance.now();
  parsed(
    `Bearer ${'a=,'.repeat(5_000)}`,
    `Bearer scope=${'a,'.repeat(10_000)}`,
    `Bearer x="${'\\'.repeat(20_000)}`,
    ' '.repeat(20_000),
  );
  expect(performance.now() - began).toBeLessThan(2_000);
});

it.each([
  [', Bearer realm="https://auth.example/token",service="registry.example"', [BEARER]],
  [',,, Basic', [{ scheme: 'basic' }]],
  ['Basic realm="a",, ,Negotiate', [{ scheme: 'basic', realm: 'a' }, { scheme: 'negotiate' }]],
])('passes over empty elements of a list: %s', (header, challenges) => {
  expect(parsed(header)).toEqual(challenges);
});

it('leaves out a header of more than 4096 characters, and only that one', () => {
  const long = `Bearer realm="https://auth.example/${'a'.repeat(4096)}"`;
  expect(parsed(long, 'Basic realm="a"')).toEqual([{ scheme: 'basic', realm: 'a' }]);
  expect(parsed(`Basic realm="${'a'.repeat(4082)}"`)).toHaveLength(1);
  expect(() => refuseLong(['Basic'], 'reg.example')).not.toThrow();
  expect(() => refuseLong(['Basic', long], 'reg.example')).toThrow(
    `reg.example asks for a login with a WWW-Authenticate header of ${long.length} characters, wanted at most 4096`,
  );
});
