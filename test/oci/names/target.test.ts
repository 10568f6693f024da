import { describe, expect, it } from 'vitest';
import { parsePinnedTarget, parseTags, parseTarget } from '../../../src/oci/names/target.js';
import { SHA256_ABC } from '../support/documents.js';
import { faultOf } from '../support/fault.js';

describe('parseTarget', () => {
  it.each([
    ['ghcr.io/a', 'registry', []],
    ['ghcr.io/a:v1', 'registry', ['v1']],
    ['ghcr.io/a:v1,v1.0,latest', 'registry', ['v1', 'v1.0', 'latest']],
    ['localhost:5000/a:v1,v2', 'registry', ['v1', 'v2']],
    ['a:v1,v1', 'registry', ['v1']],
    ['./l:v1,b--c', 'layout', ['v1', 'b--c']],
    ['./a,b', 'layout', []],
    ['oci:a,b', 'layout', []],
    ['oci:a,b:v1,v2', 'layout', ['v1', 'v2']],
    ['oci-archive:x,y.tar', 'archive', []],
    ['./x.tar:v1,v2', 'archive', ['v1', 'v2']],
    ['dir:a:b,c', 'directory', []],
    ['docker://ghcr.io/a:v1,v2', 'registry', ['v1', 'v2']],
  ])('E2 D12 %s', (text, kind, tags) => {
    const target = parseTarget(text);
    expect([target.place.kind, target.tags]).toEqual([kind, tags]);
    expect(target.place.tag).toBe(tags[0]);
  });

  it('keeps a comma of the path', () => {
    expect(parseTarget('oci:a,b:v1,v2').place).toMatchObject({ path: 'a,b', tag: 'v1' });
    expect(parseTarget('oci:a,b').place).toMatchObject({ path: 'a,b' });
  });

  it.each([
    [`a@${SHA256_ABC}`, `target "a@${SHA256_ABC}" has a digest, which only the content can decide`],
    [`./l:v1@${SHA256_ABC}`, `target "./l:v1@${SHA256_ABC}" has a digest, which only the content can decide`],
    ['a:v1,', 'target "a:v1," has the malformed tag ""'],
    ['a:v1,-x', 'target "a:v1,-x" has the malformed tag "-x"'],
    ['a:v1,b--c+d', 'target "a:v1,b--c+d" has the malformed tag "b--c+d"'],
    ['./l:v1,_x', 'target "./l:v1,_x" has the malformed tag "_x"'],
    ['a:v1,\u001b[2J', 'target "a:v1,\\u001b[2J" has the malformed tag "\\u001b[2J"'],
    ['a:,v1', 'reference "a:" is not well formed: the tag is empty'],
    ['a,b', 'reference "a,b" is not well formed: "a,b" is not a repository name'],
  ])('E2 E3 refuses %j', (text, message) => {
    expect(faultOf(() => parseTarget(text))).toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });
});

describe('parsePinnedTarget', () => {
  it('takes a digest, which a target has not', () => {
    const pinned = parsePinnedTarget(`ghcr.io/a@${SHA256_ABC}`);
    expect(pinned).toMatchObject({ digest: SHA256_ABC, tags: [] });
    expect(parsePinnedTarget(`./l:v1@${SHA256_ABC}`)).toMatchObject({ digest: SHA256_ABC, tags: ['v1'] });
    expect(parsePinnedTarget('ghcr.io/a:v1,v2')).toEqual(parseTarget('ghcr.io/a:v1,v2'));
  });
});

describe('parseTags', () => {
  it('gives each once, by the grammar of the place', () => {
    expect(parseTags('registry', ['v1', '_x', 'v1'])).toEqual(['v1', '_x']);
    expect(parseTags('layout', ['host/repo:v1', 'b--c'])).toEqual(['host/repo:v1', 'b--c']);
  });

  it.each<['registry' | 'layout', string]>([
    ['registry', ''],
    ['registry', '.x'],
    ['registry', 'host/repo:v1'],
    ['registry', 'v1,v2'],
    ['registry', 'a'.repeat(129)],
    ['layout', ''],
    ['layout', '_x'],
    ['layout', 'v1 '],
  ])('refuses for a %s %j', (kind, tag) => {
    expect(faultOf(() => parseTags(kind, ['v1', tag]))).toMatchObject({ code: 'INVALID_ARGUMENT', found: tag });
  });

  it.each(['registry', 'layout'] as const)('shows no login for a %s, and keeps none', (kind) => {
    const fault = faultOf(() => parseTags(kind, ['u:SECRET@ghcr.io/a/b']));
    expect(fault).toMatchObject({ code: 'INVALID_ARGUMENT', found: 'ghcr.io/a/b' });
    expect(fault.message).not.toContain('SECRET');
    expect(parseTags('layout', ['ghcr.io/a/b:v1@sha256-2c26'])).toHaveLength(1);
  });
});
