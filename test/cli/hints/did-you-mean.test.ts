import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failure } from '../../commands/support/run.js';
import { remora } from '../../support/remora.js';
import { tempDir } from '../../support/temp.js';

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
    ['Repo Tags', '"Repo" is not a command', 'Did you mean remora repo tags?'],
    ['repo TAGS', '"TAGS" is not a command of repo', 'Did you mean remora repo tags?'],
    ['discover\r', '"discover\\r" is not a command', 'Did you mean remora discover?'],
    ['artifact ls', '"artifact" is not a command', 'Coming from regctl artifact list: remora discover --depth 1 REF'],
    ['download sbom', '"download" is not a command', /^Coming from cosign download sbom: remora pull --kind sbom/],
    ['upload blob', '"upload" is not a command', 'Coming from cosign upload blob: remora push REF FILE'],
    ['cert ls', '"cert" is not a command', /^Coming from notation certificate list: not in remora/],
    ['import', '"import" is not a command', 'Did you mean remora copy?'],
    ['plugins', '"plugins" is not a command', 'remora has no plugins'],
    ['whoami', '"whoami" is not a command', /remora login --list/],
    ['oras discover', '"oras" is not a command', 'Coming from oras discover: remora discover REF'],
    ['cosign verify', '"cosign" is not a command', /^Coming from cosign verify: remora verify --key/],
    ['regctl tag ls', '"regctl" is not a command', 'Coming from regctl tag ls: remora repo tags REPO'],
    ['remora discover', '"remora" is not a command', 'Did you mean remora discover?'],
    ['docker pull', '"docker" is not a command', 'Did you mean remora copy?'],
    [
      'docker buildx imagetools inspect',
      '"docker" is not a command',
      'Did you mean remora inspect or remora index create?',
    ],
    ['docker sbom', '"docker" is not a command', /^remora discover IMAGE lists/],
    ['trivy image', '"trivy" is not a command', /remora attach IMAGE FILE/],
    ['tag ls', 'tag "oci:./layout:v1" is not well formed', 'Coming from regctl tag ls: remora repo tags REPO'],
    ['xyzzy', '"xyzzy" is not a command', 'See remora --help'],
    ['constructor', '"constructor" is not a command', 'See remora --help'],
    ['\u001b[31mls', '"\\u001b[31mls" is not a command', /./],
  ])('%s: %s', async (words, message, hint) => {
    const error = await failure(2, [...words.split(' '), 'oci:./layout:v1']);
    expect(error.code).toBe('INVALID_ARGUMENT');
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
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

  it.each([
    [['discover', 'help'], 'List all attachments'],
    [['repo', 'help'], 'List repositories and tags'],
    [['repo', 'tags', 'help'], 'List the tags of'],
  ])('shows help behind a command: %j', async (args, summary) => {
    const { code, stdout } = await remora(args);
    expect([code, stdout.split('\n')[0]]).toEqual([0, expect.stringContaining(summary)]);
  });

  it('takes "help" for an argument where a file has that name, and behind other arguments', async () => {
    const cwd = await tempDir();
    mkdirSync(join(cwd, 'help'));
    expect((await failure(2, ['discover', 'help', 'x'], { cwd })).message).toBe('unexpected argument x');
    expect((await failure(3, ['discover', './help'], { cwd })).message).toContain('is not an OCI image layout');
    await failure(2, ['tag', 'x', 'help'], { cwd });
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
    [['-version'], 'flag "-v" stands before the command'],
    [['login', '--pasword', 'hunter2', 'ghcr.io'], 'unknown flag --pasword'],
    [['login', '\u2013username', 'hunter2', 'ghcr.io'], 'flag "\u2013username" begins with a dash that is not "-"'],
    [['login', '-username=hunter2', 'ghcr.io'], 'flag -username begins with one "-", wanted two'],
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
    [['discover', '-o', 'tree'], 'Write --format tree'],
    [['resolve', '-o', 'digest.txt'], 'The result is on standard output: write > FILE, with --json for JSON'],
    [['discover', '--recursive'], /^Leave it out: discover goes to every depth/],
    [['discover', '--export-manifest', 'm.json'], '--export-manifest is a flag of attach and push'],
    [['discover', '--oci-layout-path', 'l'], /^Coming from oras --oci-layout-path: not needed/],
    [['login', '--pasword', 'x'], /^Other users see arguments: .*--password-stdin/],
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
    [['push', '-t', 'v1'], 'Tags are a part of the place: ghcr.io/owner/app:v1,latest'],
    [['completion', '--shell', 'bash'], 'See remora completion --help'],
    [['version', '--verbose'], '--verbose is a flag of check, copy and discover'],
    [['kinds', '--debug'], 'See remora kinds --help'],
    [['pull', '--version', '1.0'], /^The version of an artifact is its tag/],
    [['discover', '--insecure-skip-tls-verify'], 'The flag --insecure does not verify the certificate'],
    [['discover', '--insecure-skip-verify'], 'The flag --insecure does not verify the certificate'],
    [['sign', '--insecure-skip-verify'], 'Coming from cosign --insecure-skip-verify: not in remora'],
    [['attach', '--type', 'a/b', 'f'], 'Did you mean --artifact-type?'],
    [['discover', '--type', 'a/b'], 'Did you mean --artifact-type or --predicate-type?'],
    [['tag', '--delete'], 'Write remora manifest delete REFERENCE: with a tag, it removes the tag alone'],
    [['discover', '--xyzzy'], 'See remora discover --help'],
    [['push', '--tag', 'v1'], 'Tags are a part of the place: ghcr.io/owner/app:v1,latest'],
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
    [['discover', '--format', 'yaml'], 'Did you mean json?'],
    [['discover', '--kind', 'sboms'], 'Did you mean sbom?'],
    [['discover', '--kind', '\u201csbom\u201d'], 'Did you mean sbom?'],
    [['discover', '--kind', 'slsa'], 'Did you mean provenance?'],
    [['discover', '--kind', 'cyclonedx'], 'Write --kind sbom: cyclonedx is one of its formats'],
    [['pull', '--kind', 'cyclonedx'], 'Write --kind sbom --format cyclonedx'],
    [['discover', '--kind', 'sbom,signature'], 'Repeat the flag: --kind sbom --kind signature'],
    [['pull', '--kind=sbom,vex'], 'Repeat the flag: --kind sbom --kind vex'],
    [['discover', '--require', 'sbom@spdx,vex'], 'Repeat the flag: --require sbom@spdx --require vex'],
    [['completion', 'pwsh'], 'Did you mean powershell?'],
    [['discover', '--via', 'cosign'], 'Did you mean cosign-tag?'],
  ])('%j', async (args, hint) => {
    expect(await failure(2, [...args, 'oci:./layout:v1'])).toMatchObject({ hint });
  });
});

describe('an argument', () => {
  it.each([
    [['copy', './layout:v1'], 'argument DESTINATION is missing', /^For example: remora copy -r ghcr\.io/],
    [['discover'], 'argument SUBJECT is missing', 'For example: remora discover ghcr.io/acme/app:v1'],
    [
      ['discover', '--artifact-type', './layout:v1'],
      'argument SUBJECT is missing',
      '--artifact-type took the last word as its value: give it another before it',
    ],
    [['sign', './layout:v1'], 'flag --key is missing', 'For example: remora sign --key cosign.key ghcr.io/acme/app:v1'],
    [
      ['attest', './layout:v1', 'a.json'],
      'flag --key is missing',
      'For example: remora attest --key cosign.key ghcr.io/acme/app:v1 sbom.spdx.json',
    ],
    [
      ['verify', './layout:v1', './layout:v2'],
      'unexpected argument ./layout:v2',
      'verify takes one SUBJECT: remora report --key FILE --require signature REFERENCES verifies several',
    ],
    [
      ['verify', 'cosign.pub', './layout:v1'],
      'unexpected argument ./layout:v1',
      'A key comes with a flag: --key cosign.pub',
    ],
    [['attach', './layout:v1'], 'argument FILE is missing', /^Name the file to attach; .* needs --artifact-type TYPE$/],
    [['pull', './layout:v1', 'out'], 'unexpected argument out', 'pull takes one REFERENCE: -o DIR says where files go'],
    [['discover', './layout:v1', 'x'], 'unexpected argument x', 'discover takes one argument, SUBJECT'],
    [['discover', '--verbose', 'true', './l'], 'unexpected argument ./l', 'Write --verbose alone: it takes no value'],
    [
      ['manifest', 'get', './l', `sha256:${'a'.repeat(64)}`],
      `unexpected argument sha256:${'a'.repeat(64)}`,
      `Write remora manifest get ./l@sha256:${'a'.repeat(64)}`,
    ],
    [
      ['resolve', '--platform', 'a/b', '--platform', 'a/b', './l'],
      '--platform is given more than once',
      'Write --platform once',
    ],
    [['login', 'ann', 'ghcr.io'], /^unexpected argument: a password/, 'Write remora login --username NAME HOST'],
    [['discover', '-kind', 'sbom', './l'], 'flag -kind begins with one "-", wanted two', 'Write --kind'],
    [['discover', './l', '\u2014json'], 'flag "\u2014json" begins with a dash that is not "-"', 'Write --json'],
    [
      ['discover', '--verbose\r', './l'],
      'flag --verbose ends in a carriage return',
      'The script may have line ends of Windows',
    ],
    [['discover', '--help=1', './l'], '--help takes no value', 'Write --help alone'],
    [['discover', '--plain-http=false', './l'], '--plain-http takes no value', 'Write --no-plain-http'],
  ])('%j', async (args, message, hint) => {
    const error = await failure(2, args);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
    if (typeof hint === 'string') expect(error.hint).toBe(hint);
    else expect(error.hint).toMatch(hint);
  });

  it.each([[['kinds', '\u2014x']]])('may look like a flag: %j', async (args) => {
    expect((await failure(3, args)).message).toContain('is not a type or predicate');
  });
});
