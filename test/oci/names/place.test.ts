import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPlace, isBareName, type Place, parsePlace, readingsOf } from '../../../src/oci/names/place.js';
import { SHA256_ABC, SHA512_ABC } from '../support/documents.js';
import { faultOf, settle } from '../support/fault.js';

/** Everything that a place says, written out. */
function format(place: Place): string {
  const { tag, digest } = place;
  return formatPlace(place, { ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) });
}

describe('layouts and archives', () => {
  it.each([
    ['.', 'layout', '.', undefined, undefined],
    ['..', 'layout', '..', undefined, undefined],
    ['.:v1', 'layout', '.', 'v1', undefined],
    [`..@${SHA256_ABC}`, 'layout', '..', undefined, SHA256_ABC],
    ['./layout', 'layout', './layout', undefined, undefined],
    ['../a/b:v1', 'layout', '../a/b', 'v1', undefined],
    ['/abs/layout:v1', 'layout', '/abs/layout', 'v1', undefined],
    [`./l@${SHA256_ABC}`, 'layout', './l', undefined, SHA256_ABC],
    [`./l:v1@${SHA512_ABC}`, 'layout', './l', 'v1', SHA512_ABC],
    ['oci:layout', 'layout', 'layout', undefined, undefined],
    ['oci:layout:v1', 'layout', 'layout', 'v1', undefined],
    ['oci:./a/b:v1', 'layout', './a/b', 'v1', undefined],
    ['oci:.', 'layout', '.', undefined, undefined],
    ['oci:a:b:c', 'layout', 'a:b', 'c', undefined],
    ['./a:b/c', 'layout', './a:b/c', undefined, undefined],
    ['./a:b/c:v1', 'layout', './a:b/c', 'v1', undefined],
    ['./a:b/', 'layout', './a:b/', undefined, undefined],
    ['./a b/ü:v1', 'layout', './a b/ü', 'v1', undefined],
    ['//abs', 'layout', '/abs', undefined, undefined],
    ['oci:///abs:v1', 'layout', '/abs', 'v1', undefined],
    ['./node_modules/@scope/x', 'layout', './node_modules/@scope/x', undefined, undefined],
    ['./pkg@1.2', 'layout', './pkg@1.2', undefined, undefined],
    ['./pkg@1.2:v1', 'layout', './pkg@1.2', 'v1', undefined],
    ['./me@work:v1', 'layout', './me@work', 'v1', undefined],
    [`./me@work:v1@${SHA256_ABC}`, 'layout', './me@work', 'v1', SHA256_ABC],
    ['./u@host:5000/x', 'layout', './u@host:5000/x', undefined, undefined],
    ['./l:a@b', 'layout', './l', 'a@b', undefined],
    ['./l:a--b+c', 'layout', './l', 'a--b+c', undefined],
    ['./x.tar', 'archive', './x.tar', undefined, undefined],
    ['../x.tar.gz:v1', 'archive', '../x.tar.gz', 'v1', undefined],
    [`/x.tgz@${SHA256_ABC}`, 'archive', '/x.tgz', undefined, SHA256_ABC],
    ['./x.tar/', 'layout', './x.tar/', undefined, undefined],
    ['./xtar', 'layout', './xtar', undefined, undefined],
    ['oci:x.tar:v1', 'layout', 'x.tar', 'v1', undefined],
    ['oci-archive:x', 'archive', 'x', undefined, undefined],
    [`oci-archive:a/x.tar:v1@${SHA256_ABC}`, 'archive', 'a/x.tar', 'v1', SHA256_ABC],
    ['oci-archive:oci:x', 'archive', 'oci', 'x', undefined],
    ['./x.tar.zst:v1', 'archive', './x.tar.zst', 'v1', undefined],
    ['/x.tzst', 'archive', '/x.tzst', undefined, undefined],
    ['./x.zst', 'layout', './x.zst', undefined, undefined],
    ['dir:x', 'directory', 'x', undefined, undefined],
    ['dir:./a/b:v1', 'directory', './a/b:v1', undefined, undefined],
    ['dir:/x.tar', 'directory', '/x.tar', undefined, undefined],
    [`dir:./a:b@${SHA256_ABC}`, 'directory', './a:b', undefined, SHA256_ABC],
  ])('D12 D14 %s', (text, kind, path, tag, digest) => {
    const place = parsePlace(text);
    expect({ tag: undefined, digest: undefined, ...place }).toEqual({ kind, path, tag, digest });
    expect(parsePlace(format(place))).toEqual(place);
  });

  it.each([
    ['oci:', 'place "oci:" has no path'],
    ['oci-archive:', 'place "oci-archive:" has no path'],
    ['oci::v1', 'place "oci::v1" has no path'],
    ['dir:', 'place "dir:" has no path'],
    ['dir:a\0b', 'place "dir:a\\u0000b" has a path with a NUL character'],
    [`oci:@${SHA256_ABC}`, /^place "oci:@sha256:\w+" has no path$/],
    ['./a\0b', 'place "./a\\u0000b" has a path with a NUL character'],
    ['./l:', 'place "./l:" has a malformed tag ""'],
    ['./l:_x', 'place "./l:_x" has a malformed tag "_x"'],
    ['./l:a..b', 'place "./l:a..b" has a malformed tag "a..b"'],
    ['./l:a\u001b[2J', 'place "./l:a\\u001b[2J" has a malformed tag "a\\u001b[2J"'],
    ['oci://ghcr.io/a/b:v1', 'place "oci://ghcr.io/a/b:v1" starts with a URL scheme'],
    ['oci-archive://x', 'place "oci-archive://x" starts with a URL scheme'],
    ['./l@sha256:', 'digest "sha256:" is not well formed: sha256 needs 64 hexadecimal digits, got 0 characters'],
    ['./l@SHA256:ab', /^digest "SHA256:ab" is not well formed/],
    ['oci:l:v1@sha512:ab', /^digest "sha512:ab" is not well formed/],
  ])('refuses %j', (text, message) => {
    const fault = faultOf(() => parsePlace(text));
    expect(fault.code).toBe('INVALID_ARGUMENT');
    if (typeof message === 'string') expect(fault.message).toBe(message);
    else expect(fault.message).toMatch(message);
    expect(fault.hint).toMatch(/^Write /);
  });
});

describe('registries', () => {
  it.each([
    ['alpine:3.20', 'docker.io/library/alpine:3.20'],
    ['localhost:5000/a', 'localhost:5000/a'],
    ['acme/x.tar', 'docker.io/acme/x.tar'],
    ['ghcr.io/a/b.tar.gz:v1', 'ghcr.io/a/b.tar.gz:v1'],
    [`oci/a@${SHA256_ABC}`, `docker.io/oci/a@${SHA256_ABC}`],
  ])('E3 %s is %s', (text, full) => {
    const place = parsePlace(text);
    expect(place.kind).toBe('registry');
    expect(format(place)).toBe(full);
    expect(parsePlace(full)).toEqual(place);
  });

  it.each([
    ['docker://ghcr.io/a/b:v1', 'ghcr.io/a/b:v1'],
    ['docker://alpine', 'docker.io/library/alpine'],
    ['docker://localhost:5000/./x', undefined],
    ['docker://', undefined],
    ['docker:///x', undefined],
    ['docker://https://x.io/a', undefined],
    ['DOCKER://x.io/a', undefined],
    ['docker:x', 'docker.io/library/docker:x'],
  ])('E3 %s is what skopeo means by it', (text, full) => {
    if (full === undefined) expect(faultOf(() => parsePlace(text)).code).toBe('INVALID_ARGUMENT');
    else expect(format(parsePlace(text))).toBe(full);
  });

  it.each(['', 'a\\b', '...', '.../x', '~/layout', ' ./x'])('E1 %j is neither a path nor a name', (text) => {
    expect(faultOf(() => parsePlace(text)).code).toBe('INVALID_ARGUMENT');
  });
});

it.each([
  ['oci://ghcr.io/a/b:v1', 'Write ghcr.io/a/b:v1 for a name in a registry, oci:./ghcr.io/a/b:v1 for a path'],
  [
    'sbom.json',
    'Write the image first: remora attach IMAGE sbom.json attaches the file; oci:sbom.json is a layout of this name',
  ],
  ['ghcr.io', 'Write ghcr.io/REPOSITORY for the registry, oci:ghcr.io for an image layout'],
])('says what to write for %s', (text, hint) => {
  expect(faultOf(() => parsePlace(text)).hint).toBe(hint);
});

it.each(['app.tar', 'app.tar:v1', 'my-app.tgz', 'a.tar.gz@sha256:1'])('does not guess what a bare %j is', (text) => {
  expect(faultOf(() => parsePlace(text))).toMatchObject({
    code: 'INVALID_ARGUMENT',
    hint: expect.stringContaining(`oci-archive:${text}`),
  });
});

describe('what leads astray', () => {
  it.each([
    [`sha256:${'a'.repeat(64)}`, 'is a digest without a repository', 'app@sha256:'],
    ['sha512:ab', 'is a digest without a repository', 'app@sha512:ab'],
    ['b'.repeat(64), 'is a digest without a repository', 'app@sha256:bbb'],
    ['localhost', 'is a registry without a repository', 'Write localhost/REPOSITORY'],
    ['localhost:5055', 'is a registry without a repository', 'Write localhost:5055/REPOSITORY'],
    ['LOCALHOST:1', 'is a registry without a repository', 'Write LOCALHOST:1/REPOSITORY'],
    ['127.0.0.1:5000', 'is a registry without a repository', 'Write 127.0.0.1:5000/REPOSITORY'],
    ['[::1]:5000', 'is a registry without a repository', 'Write [::1]:5000/REPOSITORY'],
    ['ghcr.io', 'a registry without a repository', 'Write ghcr.io/REPOSITORY'],
    ['ghcr.io:443', 'a registry without a repository', 'Write ghcr.io:443/REPOSITORY'],
    ['quay.io:latest', 'a registry without a repository', 'Write quay.io/REPOSITORY'],
    [`docker.io@${SHA256_ABC}`, 'a registry without a repository', 'Write docker.io/REPOSITORY'],
    ['docker://ghcr.io', 'a registry without a repository', 'Write ghcr.io/REPOSITORY'],
    ['sbom.json', 'looks like a file', 'oci:sbom.json'],
    ['ocidir:layout:v1', 'starts with ocidir:', 'Write oci:layout:v1'],
    ['docker-archive:app.tar', 'starts with docker-archive:', 'oci-archive:'],
    ['docker-daemon:app:v1', 'starts with docker-daemon:', 'docker save -o app.tar app:v1'],
    ['containers-storage:x', 'starts with containers-storage:', 'podman save --format oci-archive'],
    ['docker:ghcr.io/a/b', 'starts with docker:', 'Write ghcr.io/a/b'],
    ['OCI:./layout:v1', 'starts with OCI:', 'oci:./layout'],
    ['Dir:./image', 'starts with Dir:', 'Write dir:./image'],
    ['oci:~/x', 'has "~", which the shell left', './~/x'],
    ['oci:~:v1', 'has "~", which the shell left', './~'],
    ['oci-archive:~ann/x.tar', 'has "~ann", which the shell left', './~ann/x.tar'],
    ['dir:~/x', 'has "~", which the shell left', './~/x'],
    ['ocidir://~/x:v1', 'has "~", which the shell left', './~/x'],
    ['oci:$HOME/x:v1', 'has "$HOME", which the shell left', './$HOME/x'],
    [`oci:\${OUT}/x`, 'which the shell left', '{OUT}/x'],
  ])('%s is refused', (text, message, hint) => {
    expect(faultOf(() => parsePlace(text))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it.each([
    ['ocidir://layout:v1', 'oci:layout:v1'],
    ['ocidir:///abs/layout', 'oci:/abs/layout'],
    [`ocidir://./a@${SHA256_ABC}`, `oci:./a@${SHA256_ABC}`],
    ['oci:./~/x', 'oci:./~/x'],
    ['oci:a~b', 'oci:a~b'],
    ['oci:a/~', 'oci:a/~'],
    ['docker:27', 'docker.io/library/docker:27'],
    ['docker:dind', 'docker.io/library/docker:dind'],
    ['redis:5000', 'docker.io/library/redis:5000'],
    ['r-base', 'docker.io/library/r-base'],
    ['acme/site.example', 'docker.io/acme/site.example'],
    ['docker.io/library/ghcr.io', 'docker.io/library/ghcr.io'],
    ['localhost/a', 'localhost/a'],
    ['file/x', 'docker.io/file/x'],
    ['sha256', 'docker.io/library/sha256'],
  ])('%s is %s', (text, full) => {
    expect(format(parsePlace(text))).toBe(full);
  });

  it('is told by whether a registry was written', () => {
    for (const text of ['alpine', 'alpine:3', 'docker://acme/app']) expect(isBareName(parsePlace(text))).toBe(true);
    for (const text of ['docker.io/alpine', 'INDEX.docker.io/library/alpine', 'ghcr.io/a/b', './alpine'])
      expect(isBareName(parsePlace(text))).toBe(false);
  });
});

describe('readingsOf', () => {
  it.each<[string, readonly (readonly [kind: string, path: string, tag?: string])[]]>([
    [
      'oci:l:v1',
      [
        ['layout', 'l:v1'],
        ['layout', 'l', 'v1'],
      ],
    ],
    [
      'oci:l:a/b:v1',
      [
        ['layout', 'l:a/b:v1'],
        ['layout', 'l:a/b', 'v1'],
        ['layout', 'l', 'a/b:v1'],
      ],
    ],
    [
      './x.tar:a/b:v1',
      [
        ['layout', './x.tar:a/b:v1'],
        ['layout', './x.tar:a/b', 'v1'],
        ['archive', './x.tar', 'a/b:v1'],
      ],
    ],
    [
      'oci-archive:x:a b',
      [
        ['archive', 'x:a b'],
        ['archive', 'x', 'a b'],
      ],
    ],
    [
      `./l:localhost:5000/a@${SHA256_ABC}`,
      [
        ['layout', './l:localhost:5000/a'],
        ['layout', './l:localhost', '5000/a'],
        ['layout', './l', 'localhost:5000/a'],
      ],
    ],
    ['oci:l:', [['layout', 'l:']]],
    ['oci::v1', [['layout', ':v1']]],
    ['.', [['layout', '.']]],
    ['dir:a:b', []],
    ['ghcr.io/a/b:v1', []],
    ['oci://ghcr.io/a:v1', []],
  ])('of %s', (text, readings) => {
    expect(
      readingsOf(text).map(({ kind, path, tag }) => (tag === undefined ? [kind, path] : [kind, path, tag])),
    ).toEqual(readings);
  });

  it('have the digest in all of them', () => {
    const digests = readingsOf(`oci:l:a/b:v1@${SHA256_ABC}`).map(({ digest }) => digest);
    expect(digests).toEqual([SHA256_ABC, SHA256_ABC, SHA256_ABC]);
  });
});

describe('formatPlace', () => {
  it('leaves the own tag and digest out and puts the given ones behind', () => {
    const digest = parsePlace(`a@${SHA256_ABC}`).digest;
    expect(formatPlace(parsePlace('./l:v1'))).toBe('oci:./l');
    expect(formatPlace(parsePlace('./l.tar:v1'), { tag: 'v2' })).toBe('oci-archive:./l.tar:v2');
    expect(formatPlace(parsePlace('dir:./l:v1'))).toBe('dir:./l:v1');
    expect(formatPlace(parsePlace('ghcr.io/a:v1'))).toBe('ghcr.io/a');
    expect(formatPlace(parsePlace('a:v1'), digest === undefined ? {} : { tag: 'v2', digest })).toBe(
      `docker.io/library/a:v2@${SHA256_ABC}`,
    );
  });
});

describe('any text', () => {
  const part = fc.constantFrom(
    ...[
      'oci:',
      'oci-archive:',
      'dir:',
      'docker://',
      './',
      '../',
      '/',
      '.',
      ':',
      '@',
      'a',
      'B',
      '.tar',
      '.tgz',
      '--',
      '_',
      '+',
      'v1',
      'sha256:',
    ],
    ...[
      'ghcr.io',
      'localhost:5000',
      ' ',
      '\0',
      '\n',
      'ä',
      'constructor:a',
      '__proto__',
      SHA256_ABC,
      'sha512:ab',
      '://',
    ],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(
        fc.constantFrom('', './', '/', 'oci:', 'oci-archive:', 'dir:', 'docker://'),
        fc.array(part, { maxLength: 8 }),
      )
      .map(([start, parts]) => `${start}${parts.join('')}`),
  );

  it('D12 E3 is a place that is stable, or an error for the caller', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const outcome = settle(() => parsePlace(text));
        if ('fault' in outcome) {
          expect(outcome.fault.code).toBe('INVALID_ARGUMENT');
          return;
        }
        const again = parsePlace(format(outcome.value));
        expect(again).toEqual(outcome.value);
        expect(format(again)).toBe(format(outcome.value));
      }),
      { numRuns: 3000 },
    );
  });
});
