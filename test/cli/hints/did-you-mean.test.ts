import { describe, expect, it } from 'vitest';
import { failure } from '../../commands/support/run.js';
import { remora } from '../../support/remora.js';

describe('a word that is not a command', () => {
  it.each([
    ['discovr', '"discovr" is not a command', 'Did you mean remora discover?'],
    ['Discover', '"Discover" is not a command', 'Did you mean remora discover?'],
    ['psuh', '"psuh" is not a command', 'Did you mean remora push?'],
    ['insp', '"insp" is not a command', 'Did you mean remora inspect?'],
    ['ls', '"ls" is not a command', 'Did you mean remora repo tags or remora repo list?'],
    ['fetch', '"fetch" is not a command', 'Did you mean remora pull, remora manifest get or remora blob get?'],
    ['show', '"show" is not a command', 'Did you mean remora inspect or remora discover?'],
    ['tree', '"tree" is not a command', 'Did you mean remora discover?'],
    ['repo ls', '"ls" is not a command of repo', 'Coming from oras repo ls: remora repo list HOST'],
    ['repo tag', '"tag" is not a command of repo', 'Did you mean remora repo tags?'],
    ['repo xyzzy', '"xyzzy" is not a command of repo', 'See remora repo --help'],
    [
      'manifest fetch',
      '"fetch" is not a command of manifest',
      'Coming from oras manifest fetch: remora manifest get REF',
    ],
    ['artifact tree', '"artifact" is not a command', 'Coming from regctl artifact tree: remora discover REF'],
    ['triangulate', '"triangulate" is not a command', /^Coming from cosign triangulate: .*remora discover/],
    ['xyzzy', '"xyzzy" is not a command', 'See remora --help'],
    ['constructor', '"constructor" is not a command', 'See remora --help'],
    ['\u001b[31mls', '"\\u001b[31mls" is not a command', /./],
  ])('%s: %s', async (words, message, hint) => {
    const error = await failure(2, [...words.split(' '), 'oci:./layout:v1']);
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toBe(message);
    if (typeof hint === 'string') expect(error.hint).toBe(hint);
    else expect(error.hint).toMatch(hint);
  });

  it('is found in help, too', async () => {
    const { code, stderr } = await remora(['help', 'discovr']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'remora: error: "discovr" is not a command\n  Did you mean remora discover?\n',
    });
  });
});

describe('a flag that is not known', () => {
  it.each([
    [['discover', '--knd', 'sbom'], 'Did you mean --kind?'],
    [['discover', '--jsn'], 'Did you mean --json?'],
    [['discover', '-o', 'json'], 'The flag --json prints JSON'],
    [['discover', '--output', 'json'], 'The flag --json prints JSON'],
    [
      ['discover', '--oci-layout'],
      'Coming from oras --oci-layout: not needed: a place such as oci:PATH:TAG says what it is',
    ],
    [['copy', '--src-tls-verify=false', 'oci:./a'], /^Coming from skopeo --src-tls-verify: .*--from-insecure/],
    [['verify', '--allow-http-registry'], 'Coming from cosign --allow-http-registry: --plain-http'],
    [['discover', '--xyzzy'], 'See remora discover --help'],
    [['push', '--tag', 'v1'], 'See remora push --help'],
  ])('%j', async (args, hint) => {
    const error = await failure(2, [...args, 'oci:./layout:v1']);
    expect(error.message).toMatch(/^unknown flag/);
    if (typeof hint === 'string') expect(error.hint).toBe(hint);
    else expect(error.hint).toMatch(hint);
  });
});

describe('a value that is not known', () => {
  it.each([
    [['discover', '--kind', 'sbmo'], 'Did you mean sbom?'],
    [['discover', '--kind', 'sig'], 'Did you mean signature?'],
    [['discover', '--require', 'sbm@spdx'], 'Did you mean sbom?'],
    [['discover', '--require', 'sbom@spxd'], 'Did you mean spdx?'],
    [['pull', '--format', 'cyclondx'], 'Did you mean cyclonedx?'],
    [['discover', '--format', 'tabel'], 'Did you mean table?'],
    [['discover', '--format', 'yaml'], 'See remora discover --help'],
    [['discover', '--via', 'cosign'], 'Did you mean cosign-tag?'],
  ])('%j', async (args, hint) => {
    expect(await failure(2, [...args, 'oci:./layout:v1'])).toMatchObject({ hint });
  });
});
