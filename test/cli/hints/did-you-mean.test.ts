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
    ['manifest inspect', '"inspect" is not a command of manifest', 'Did you mean remora manifest get?'],
    ['autocomplete', '"autocomplete" is not a command', 'Did you mean remora completion?'],
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

  it.each([
    ['discovr', 'remora discover'],
    ['palces', 'remora help places'],
    ['exitcodes', 'remora help exit-codes'],
    ['conection', 'remora help connection'],
  ])('is found in help, too: %s', async (word, meant) => {
    const { code, stderr } = await remora(['help', word]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `remora: error: "${word}" is not a command\n  Did you mean ${meant}?\n`,
    });
  });

  it.each([[['']], [['--json']]])('is missing: %j', async (args) => {
    const { stderr, stdout } = await remora(args);
    expect(stderr + stdout).toMatch(/the command is missing/);
  });

  it.each([
    [['--username', 'u', '--password', 'hunter2', 'login', 'ghcr.io'], 'flag "--username" stands before the command'],
    [['--password=hunter2', 'login', 'ghcr.io'], 'flag "--password" stands before the command'],
    [['-phunter2', 'login', 'ghcr.io'], 'flag "-p" stands before the command'],
    [['-V'], 'flag "-V" stands before the command'],
    [['login', '-phunter2', 'ghcr.io'], 'unknown flag -p'],
    [['login', 'ghcr.io', 'u', 'hunter2'], /^unexpected arguments: a password is read from standard input/],
    [['login', 'u:hunter2@ghcr.io'], 'registry "ghcr.io" has a user before it'],
  ])('is not shown where it may be a secret: %j', async (args, message) => {
    const error = await failure(2, args);
    expect(JSON.stringify(error)).not.toContain('hunter2');
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
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
    [['discover', '--tls-verify=false'], 'Coming from skopeo --tls-verify: --insecure or --plain-http'],
    [['discover', '--src-creds', 'u:p'], 'See remora discover --help'],
    [['copy', '--src-creds', 'u:p', 'oci:./a'], /^Coming from skopeo --src-creds: copy --from-username NAME/],
    [['push', '-t', 'v1'], 'See remora push --help'],
    [['completion', '--shell', 'bash'], 'See remora completion --help'],
    [['version', '--verbose'], 'See remora version --help'],
    [['kinds', '--debug'], 'See remora kinds --help'],
    [['pull', '--version', '1.0'], /^The version of an artifact is its tag/],
    [['discover', '--insecure-skip-tls-verify'], 'The flag --insecure does not verify the certificate'],
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
