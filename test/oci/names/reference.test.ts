import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatReference, isRepository, isTag, parseReference, parseTag } from '../../../src/oci/names/reference.js';
import { SHA256_ABC, SHA512_ABC } from '../support/documents.js';
import { faultOf, settle } from '../support/fault.js';

const TAG128 = `_${'.'.repeat(127)}`;

describe('repository names', () => {
  it.each(['a', '0', 'a__b', 'a---b', 'a/b.c', 'a.b_c-d/e', 'library/alpine', 'a/'.repeat(200).slice(0, -1)])(
    'E1 takes %s',
    (text) => {
      expect(isRepository(text)).toBe(true);
    },
  );

  it.each([
    '',
    'A',
    'a___b',
    'a..b',
    'a/',
    '/a',
    'a//b',
    '-a',
    'a-',
    'a_-b',
    '.a',
    'a.',
    '..',
    'a b',
    'a\n',
    'ä',
    'a:b',
  ])('E1 refuses %j', (text) => {
    expect(isRepository(text)).toBe(false);
  });

  it('E1 decides about megabytes at once', () => {
    expect(isRepository(`${'a-'.repeat(1_000_000)}!`)).toBe(false);
    expect(faultOf(() => parseReference(`${'a.'.repeat(500_000)}:/x`)).message.length).toBeLessThan(600);
  });
});

describe('tags', () => {
  it.each(['v1', '_', '_x', '0', 'V1.0-rc_1', 'a.', 'a--b', TAG128])('E2 takes %s', (text) => {
    expect(isTag(text)).toBe(true);
    expect(parseTag(text)).toBe(text);
  });

  it.each(['', '.x', '-x', 'a:b', 'a/b', 'a@b', 'a b', 'a\n', 'ä', `${TAG128}.`])('E2 refuses %j', (text) => {
    expect(isTag(text)).toBe(false);
    const fault = faultOf(() => parseTag(text));
    expect(fault).toMatchObject({ code: 'INVALID_ARGUMENT', found: text });
    expect(fault.message).toBe(`tag ${JSON.stringify(text)} is not well formed`);
    expect(fault.hint).toMatch(/128 at most/);
  });
});

it.each(['1.0.0+build.5', 'a+b'])('a version %s has the tag that Helm makes of it', (version) => {
  const hint = `A tag has no "+": write ${version.replace('+', '_')}, as Helm does`;
  expect(faultOf(() => parseTag(version)).hint).toBe(hint);
  expect(faultOf(() => parseReference(`ghcr.io/acme/app:${version}`)).hint).toBe(hint);
});

describe('parseReference', () => {
  it.each([
    ['alpine', 'docker.io', 'library/alpine', undefined, undefined],
    ['alpine:3.20', 'docker.io', 'library/alpine', '3.20', undefined],
    ['me/app', 'docker.io', 'me/app', undefined, undefined],
    ['a/b/c:v1', 'docker.io', 'a/b/c', 'v1', undefined],
    ['docker.io/alpine', 'docker.io', 'library/alpine', undefined, undefined],
    ['DOCKER.IO/alpine', 'docker.io', 'library/alpine', undefined, undefined],
    ['index.docker.io/me/app', 'docker.io', 'me/app', undefined, undefined],
    ['registry-1.docker.io/alpine', 'docker.io', 'library/alpine', undefined, undefined],
    ['docker.io:443/alpine', 'docker.io:443', 'alpine', undefined, undefined],
    ['host:5000', 'docker.io', 'library/host', '5000', undefined],
    ['host:5000/r', 'host:5000', 'r', undefined, undefined],
    ['host:5000/r:t', 'host:5000', 'r', 't', undefined],
    [`r@${SHA256_ABC}`, 'docker.io', 'library/r', undefined, SHA256_ABC],
    [`r:t@${SHA256_ABC}`, 'docker.io', 'library/r', 't', SHA256_ABC],
    [`host:5000/r:t@${SHA512_ABC}`, 'host:5000', 'r', 't', SHA512_ABC],
    [`host/r@${SHA256_ABC}`, 'docker.io', 'host/r', undefined, SHA256_ABC],
    ['localhost/r', 'localhost', 'r', undefined, undefined],
    ['localhost:5000/a/b:t', 'localhost:5000', 'a/b', 't', undefined],
    ['ghcr.io/owner/app', 'ghcr.io', 'owner/app', undefined, undefined],
    ['GHCR.io/owner/app', 'GHCR.io', 'owner/app', undefined, undefined],
    ['my_host.internal:80/r', 'my_host.internal:80', 'r', undefined, undefined],
    ['example.com./r', 'example.com.', 'r', undefined, undefined],
    ['127.0.0.1:65535/r', '127.0.0.1:65535', 'r', undefined, undefined],
    ['[::1]/r', '[::1]', 'r', undefined, undefined],
    ['[::1]:5000/r:t', '[::1]:5000', 'r', 't', undefined],
    ['[2001:db8::1.2.3.4]:1/r', '[2001:db8::1.2.3.4]:1', 'r', undefined, undefined],
  ])('E3 %s', (text, registry, repository, tag, digest) => {
    const reference = parseReference(text);
    expect({ tag: undefined, digest: undefined, ...reference }).toEqual({ registry, repository, tag, digest });
    expect(parseReference(formatReference(reference))).toEqual(reference);
  });

  it.each([
    ['', 'the repository is missing'],
    ['ghcr.io/', 'the repository is missing'],
    [':v1', 'the repository is missing'],
    [`@${SHA256_ABC}`, 'the repository is missing'],
    ['ghcr.io/:v1', 'the repository is missing'],
    ['/r', '"/r" is not a repository name'],
    ['a//b', '"a//b" is not a repository name'],
    ['ghcr.io/a/', '"a/" is not a repository name'],
    ['ghcr.io//a', '"/a" is not a repository name'],
    ['Alpine', '"Alpine" is not a repository name'],
    ['ghcr.io/Owner/app', '"Owner/app" is not a repository name'],
    ['ghcr.io/../etc', '"../etc" is not a repository name'],
    ['ghcr.io/a b', '"a b" is not a repository name'],
    ['ghcr.io/a%2fb', '"a%2fb" is not a repository name'],
    ['ghcr.io/a?b', '"a?b" is not a repository name'],
    ['r:', 'the tag is empty'],
    [`r:@${SHA256_ABC}`, 'the tag is empty'],
    ['r:a:b', '"a:b" is not a tag'],
    ['r:t/x', '"r:t" is not a host'],
    ['ghcr.io/r:t/x', '"t/x" is not a tag'],
    [`r:${'x'.repeat(129)}`, `"${'x'.repeat(129)}" is not a tag`],
    ['r:t\n', '"t\\n" is not a tag'],
    ['host:0/r', '0 is not a port'],
    ['host:65536/r', '65536 is not a port'],
    ['host:/r', '"host:" is not a host'],
    ['host:123456/r', '"host:123456" is not a host'],
    ['-a.example/r', '"-a.example" is not a host'],
    ['a..b/r', '"a..b" is not a host'],
    ['bücher.example/r', '"bücher.example" is not a host'],
    ['user:password@host.example/r', undefined],
    ['1.2.3.999/r', '"1.2.3.999" is not a host'],
    ['[::g]/r', '"[::g]" is not a host'],
    ['[1:2]/r', '"[1:2]" is not a host'],
    ['[....]/r', '"[....]" is not a host'],
    ['[::1/r', '"[::1" is not a host'],
    ['[fe80::1%eth0]/r', '"[fe80::1%eth0]" is not a host'],
    ['http://host/r', 'it starts with a URL scheme'],
    ['HTTPS://host/r', 'it starts with a URL scheme'],
    ['docker://alpine', 'it starts with a URL scheme'],
    ['ghcr.io/a\u001b[2J', '"a\\u001b[2J" is not a repository name'],
  ])('E1 E2 E3 refuses %j', (text, why) => {
    const fault = faultOf(() => parseReference(text));
    expect(fault.code).toBe('INVALID_ARGUMENT');
    if (why !== undefined) expect(fault.message).toMatch(/^reference ".*" is not well formed: /s);
    if (why !== undefined) expect(fault.message.endsWith(`: ${why}`)).toBe(true);
    expect(fault.message).not.toMatch(/\p{Cc}/u);
    expect(fault.hint).toBeTypeOf('string');
  });

  it.each([
    'r@',
    'r@sha256',
    'r@latest',
    `r@${SHA256_ABC.toUpperCase()}`,
    `r@${SHA256_ABC}x`,
    `r@${SHA256_ABC}@${SHA256_ABC}`,
  ])('A3 A4 refuses the digest of %s', (text) => {
    expect(faultOf(() => parseReference(text)).message).toMatch(/^digest ".*" is not well formed: /);
  });

  it.each([
    ['ghcr.io/Owner/App:v1', 'Repository names are lower-case: owner/app'],
    ['https://ghcr.io/owner/app', 'Write it without https://'],
    ['ghcr.io/o wner', 'Write it like ghcr.io/owner/app:v1, or oci:PATH:TAG for an image layout'],
  ])('has a next step for %s', (text, hint) => {
    expect(faultOf(() => parseReference(text)).hint).toBe(hint);
  });
});

describe('any text', () => {
  const part = fc.constantFrom(
    ...[
      'a',
      'A',
      '.',
      '-',
      '_',
      '/',
      ':',
      '@',
      '[',
      ']',
      '::1',
      'localhost',
      'ghcr.io',
      '5000',
      '0x7f.1',
      'v1',
      SHA256_ABC,
    ],
    ...[
      'docker.io',
      'index.docker.io',
      'xn--',
      '%',
      '#',
      '?',
      '\\',
      ' ',
      '\0',
      '\n',
      'ä',
      'https://',
      'constructor:a',
      '__proto__',
    ],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 10 }).map((parts) => parts.join('')),
  );

  it('E3 is a reference that is stable, or an error for the caller', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const outcome = settle(() => parseReference(text));
        if ('fault' in outcome) {
          expect(outcome.fault.code).toBe('INVALID_ARGUMENT');
          return;
        }
        const again = parseReference(formatReference(outcome.value));
        expect(again).toEqual(outcome.value);
        expect(formatReference(again)).toBe(formatReference(outcome.value));
        expect(new URL(`https://${again.registry}/v2/`).pathname).toBe('/v2/');
      }),
      { numRuns: 3000 },
    );
  });

  it('E1 E2 E3 every well-formed reference with a host is read and written as it is', () => {
    const host = fc.constantFrom('ghcr.io', 'localhost', 'localhost:5000', '[::1]:5000', '10.0.0.1:80', 'a-b.c_d.e:1');
    const name = fc.stringMatching(/^[a-z0-9]{1,5}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,5}){0,3}$/);
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    const tag = fc.option(fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/), { nil: undefined });
    const digest = fc.constantFrom(undefined, SHA256_ABC, SHA512_ABC, 'sha256+b64u:a_=');
    fc.assert(
      fc.property(host, path, tag, digest, (registry, repository, label, pin) => {
        const text = `${registry}/${repository}${label === undefined ? '' : `:${label}`}${pin === undefined ? '' : `@${pin}`}`;
        const reference = parseReference(text);
        expect(formatReference(reference)).toBe(text);
        expect([reference.registry, reference.repository, reference.tag, reference.digest]).toEqual([
          registry,
          repository,
          label,
          pin,
        ]);
      }),
    );
  });
});
