import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { push } from '../../src/operations/push/push.js';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { fingerprintOf } from '../../src/trust/keys/public-key.js';
import { writeIndex } from '../support/image-layout.js';
import { cosignPemOf, newKey, pemOf, publicPemOf } from '../support/signing-keys.js';
import { tempDir } from '../support/temp.js';
import { noTerminal, onTerminal } from '../support/terminal.js';
import { failureHere } from './support/in-process.js';
import { failure, json, success, withImage } from './support/run.js';

const PASSPHRASE = 'kettle-of-11-fish';
const pair = newKey();
const other = newKey();
const UNSET = { COSIGN_PASSWORD: undefined, REMORA_KEY_PASSWORD: undefined };

/** A directory with keys, and an image in a layout. */
async function withKeys() {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'key.pem'), pemOf(pair));
  await writeFile(join(cwd, 'key.pub'), publicPemOf(pair));
  await writeFile(join(cwd, 'encrypted.pem'), pemOf(pair, PASSPHRASE));
  await writeFile(join(cwd, 'cosign.key'), cosignPemOf(pair, PASSPHRASE));
  await writeFile(join(cwd, 'passphrase'), `${PASSPHRASE}\n`);
  await writeFile(join(cwd, 'a.txt'), 'a');
  await writeFile(join(cwd, 'other'), 'ladder-of-12-rungs');
  await push(`oci:${join(cwd, 'layout')}:v1`, [join(cwd, 'a.txt')]);
  return { cwd, env: UNSET };
}

describe('sign', () => {
  it('prints the subject, the signature and the key; again that it was there', async () => {
    const { registry, image } = await withImage();
    const { cwd, env } = await withKeys();
    const first = await success(['sign', '--key', 'key.pem', image], { cwd, env });
    const reference = `${registry.host}/team/app@sha256:[0-9a-f]{64}`;
    expect(first.stdout).toMatch(
      new RegExp(
        `^Signed: +${reference}\nSignature: +${reference}\nPredicate: +https://sigstore.dev/cosign/sign/v1\nKey: +sha256:${fingerprintOf(pair.publicKey)}\nListed by: +api\n$`,
      ),
    );
    expect(first.stderr).toBe('');
    const again = await success(['sign', '--key', 'key.pem', image], { cwd, env });
    expect(again.stdout).toBe(first.stdout.replace(/(Signature: +\S+)/, '$1 (was there already)'));
    const result = resultSchemas.sign.parse(await json(['sign', '--key', 'key.pem', image], { cwd, env }));
    expect(result).toMatchObject({ result: 'exists', key: fingerprintOf(pair.publicKey) });
  });

  it.each<[string, string[], Record<string, string | undefined>]>([
    ['--key-password-file', ['--key-password-file', 'passphrase'], { COSIGN_PASSWORD: 'another-one' }],
    ['REMORA_KEY_PASSWORD', [], { REMORA_KEY_PASSWORD: PASSPHRASE, COSIGN_PASSWORD: 'another-one' }],
    ['COSIGN_PASSWORD', [], { COSIGN_PASSWORD: PASSPHRASE }],
  ])('takes the passphrase from %s', async (_what, words, variables) => {
    const { cwd, env } = await withKeys();
    for (const key of ['encrypted.pem', 'cosign.key'])
      await success(['sign', '--key', key, 'oci:./layout:v1', ...words], { cwd, env: { ...env, ...variables } });
  });

  it('takes the key from a variable', async () => {
    const { cwd, env } = await withKeys();
    const variables = { ...env, MY_KEY: pemOf(pair) };
    const result = await json(['sign', '--key', 'env://MY_KEY', 'oci:./layout:v1'], { cwd, env: variables });
    expect(result).toMatchObject({ result: 'written', listedBy: 'layout-entry' });
  });

  it('dates the signature by SOURCE_DATE_EPOCH', async () => {
    const { cwd, env } = await withKeys();
    const variables = { ...env, SOURCE_DATE_EPOCH: '1767225600' };
    const result = await json(['sign', '--key', 'key.pem', 'oci:./layout:v1'], { cwd, env: variables });
    expect(result.annotations).toMatchObject({ 'org.opencontainers.image.created': '2026-01-01T00:00:00Z' });
  });

  it('shows the statement in a dry run, and leaves the layout as it was', async () => {
    const { cwd, env } = await withKeys();
    const before = await readFile(join(cwd, 'layout', 'index.json'), 'utf8');
    const words = ['sign', '--dry-run', '--key', 'key.pem', 'oci:./layout:v1'];
    const { stdout, stderr } = await success(words, { cwd, env });
    expect(JSON.parse(stdout)).toMatchObject({ _type: 'https://in-toto.io/Statement/v1', predicate: {} });
    expect(stderr).toBe('remora: dry run: nothing was written; this would be signed\n');
    expect(resultSchemas.sign.parse(await json(words, { cwd, env }))).toMatchObject({ dryRun: true });
    expect(await readFile(join(cwd, 'layout', 'index.json'), 'utf8')).toBe(before);
  });

  describe('refuses with 2 and says what it is', () => {
    it.each<[string, string[], string, RegExp]>([
      ['a public key', ['--key', 'key.pub'], 'key.pub is a public key, wanted a private key', /private key in PEM/],
      ['a file without PEM', ['--key', 'a.txt'], 'a.txt is not PEM', /private key in PEM/],
      ['a file that is not there', ['--key', 'nope.pem'], 'nope.pem does not exist', /path/],
      ['a directory', ['--key', 'layout'], 'layout is a directory', /./],
      ['a variable that is not set', ['--key', 'env://REMORA_NO_KEY'], '"REMORA_NO_KEY" is not set', /name a file/],
      ['a key elsewhere', ['--key', 'awskms:///alias/x'], 'is not a file or env://NAME', /cosign/],
      ['an encrypted key without a terminal', ['--key', 'cosign.key'], 'cosign.key is encrypted', /KEY_PASSWORD/],
      [
        'a wrong passphrase',
        ['--key', 'encrypted.pem', '--key-password-file', 'other'],
        'cannot be decrypted with this passphrase',
        /passphrase/,
      ],
      [
        'a passphrase file that is not there',
        ['--key', 'cosign.key', '--key-password-file', 'nope'],
        'nope does not exist',
        /path/,
      ],
    ])('%s', async (_what, words, message, hint) => {
      const failed = await failureHere(2, ['sign', ...words, 'oci:./layout:v1'], (await withKeys()).cwd);
      expect(failed).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) });
      expect(failed.hint).toMatch(hint);
    });

    it('a beginning of a digest', async () => {
      const failed = await failureHere(
        2,
        ['sign', '--key', 'key.pem', 'oci:./layout@sha256:0123456789'],
        (await withKeys()).cwd,
      );
      expect(failed.message).toContain('is only a beginning, wanted all 64 digits here, got 10');
    });

    it('no key at all', async () => {
      expect((await failure(2, ['sign', 'oci:./layout:v1'], await withKeys())).message).toContain('--key is missing');
    });
  });

  it('fails with 3 where the subject is not there, and with 4 where nobody may ask', async () => {
    const { cwd, env } = await withKeys();
    expect((await failure(3, ['sign', '--key', 'key.pem', 'oci:./layout:v2'], { cwd, env })).code).toBe('NOT_FOUND');
    const { image } = await withImage({ auth: { type: 'basic', users: { ann: 'secret-of-ann' } } });
    const home = { ...env, HOME: cwd, DOCKER_CONFIG: cwd };
    expect((await failure(4, ['sign', '--key', 'key.pem', image], { cwd, env: home })).code).toBe('UNAUTHORIZED');
  });

  it('never prints the passphrase', async () => {
    const { cwd, env } = await withKeys();
    const failed = await failure(3, ['sign', '--key', 'cosign.key', `oci:./layout:${PASSPHRASE}`], {
      cwd,
      env: { ...env, COSIGN_PASSWORD: PASSPHRASE },
    });
    expect(failed.text).not.toContain(PASSPHRASE);
  });
});

describe('attach --sign-key', () => {
  it('prints the signature of what was attached, and that it was there', async () => {
    const { cwd, env } = await withKeys();
    const words = ['attach', 'oci:./layout:v1', 'a.txt', '--artifact-type', 'text/x', '--sign-key', 'key.pem'];
    const { stdout } = await success(words, { cwd, env });
    expect(stdout).toMatch(/^Attached: .*\nTo: .*\n(.*\n)*Signature: +\S+@sha256:[0-9a-f]{64}\nKey: +sha256:/);
    const result = resultSchemas.attach.parse(await json(words, { cwd, env }));
    expect(result).toMatchObject({ result: 'exists', signature: { result: 'exists' } });
    const failed = await failure(2, [...words.slice(0, -1), 'key.pub'], { cwd, env });
    expect(failed.message).toContain('key.pub is a public key');
  });

  it('needs a key for the passphrase', async () => {
    const { cwd, env } = await withKeys();
    const words = ['attach', 'oci:./layout:v1', 'a.txt', '--key-password-file', 'passphrase'];
    expect((await failure(2, words, { cwd, env })).message).toContain('--sign-key');
  });
});

describe.skipIf(noTerminal)(`a passphrase on a terminal${noTerminal ? ` (skipped: ${noTerminal})` : ''}`, () => {
  it('is asked for, and not shown', async () => {
    const { cwd } = await withKeys();
    const env = { ...process.env, ...UNSET };
    const { code, output } = await onTerminal(
      'sign --key cosign.key oci:./layout:v1',
      [['Passphrase of cosign.key', `${PASSPHRASE}\r`]],
      { cwd, env },
    );
    expect([code, output]).toEqual([0, expect.stringContaining('Signed:')]);
    expect(output).not.toMatch(/kettle|\*{3}/);
  });

  it('ends with 130 on Ctrl-C', async () => {
    const { cwd } = await withKeys();
    const env = { ...process.env, ...UNSET };
    const { code, output } = await onTerminal(
      'sign --key encrypted.pem oci:./layout:v1',
      [['Passphrase of encrypted.pem', '\u0003']],
      { cwd, env },
    );
    expect([code, output]).toEqual([130, expect.stringContaining('interrupted')]);
  });
});

it('says of an index how its platforms are signed themselves, and signs them', async () => {
  const { cwd, env } = await withKeys();
  await writeIndex(join(cwd, 'index'), ['amd64', 'arm64']);
  const words = ['sign', '--key', 'key.pem', 'oci:./index:v1'];
  const alone = await success(words, { cwd, env });
  expect(alone.stderr).toMatch(/^remora: it is an index: --recursive signs each manifest below it/);
  expect((await success([...words, '--json'], { cwd, env })).stderr).toBe('');
  const all = await success([...words, '-r'], { cwd, env });
  expect(all.stdout).toMatch(/\(was there already\)(.*\n)+\nSigned: .*\nPlatform: +linux\/\w+\nSignature: /);
  expect(all.stderr).toBe('');
});

it('signs beside the signature of another key', async () => {
  const { cwd, env } = await withKeys();
  await writeFile(join(cwd, 'other.pem'), pemOf(other));
  for (const key of ['key.pem', 'other.pem'])
    expect(await json(['sign', '--key', key, 'oci:./layout:v1'], { cwd, env })).toMatchObject({ result: 'written' });
});
