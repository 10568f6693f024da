import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';
import { attachSigned, done, envelopeAbout, withKeys } from './support/signed.js';

const OTHER = `sha256:${'b'.repeat(64)}`;
const KEY = ['--key', 'good.pub'];
const verify = (cwd: string, ...args: readonly string[]) => runHere(['verify', 'oci:./layout:v1', ...args], cwd);

describe('verify', () => {
  it('shows the verdict, the signer, and one line that sums up', async () => {
    const { cwd, good, digest } = await withKeys();
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    const { code, stdout, stderr } = await verify(cwd, ...KEY);
    const by = `by key ${good.trust.fingerprint.slice(0, 12)} \\(good\\.pub\\)`;
    expect(stdout).toMatch(
      new RegExp(
        [
          `^oci:\\./layout@${digest}`,
          '└─ verified  sbom  spdx  envelope.json  \\d+ B  -  sha256:\\w{64}',
          `     ${by}`,
          `verified: 1 of 1 attachment, ${by}\n$`,
        ].join('\n'),
      ),
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  it('keeps its promise of fields with --json', async () => {
    const { cwd, good, other, digest } = await withKeys();
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [other], digest: OTHER });
    const { code, stdout } = await verify(cwd, ...KEY, '--json');
    const result = resultSchemas.verify.parse(JSON.parse(stdout));
    expect([code, result]).toMatchObject([0, { outcome: 'verified', digest, revocation: 'unchecked' }]);
    expect('referrers' in result && result.referrers.map(({ verdict }) => verdict).sort()).toEqual([
      'verified',
      'wrong',
    ]);
  });

  it('ends with 5 where another key signed, and says so', async () => {
    const { cwd, other, digest } = await withKeys();
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [other], digest });
    const { code, stdout, stderr } = await verify(cwd, ...KEY);
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(
        /^remora: error: no verified signature or attestation on oci:.\/layout@sha256:\w{64}: .+\n$/,
      ),
    ]);
    expect(stdout).toMatch(/└─ unchecked {2}/);
    expect(stdout).toMatch(
      /\nany signature +any +- +sha256:\w{64} +attached, not verified\nnot verified: any signature; verified: 0 of 1 attachment\n$/,
    );
  });

  it('ends with 3 where nothing is attached, or not what is required, and with 5 where it is not verified', async () => {
    const { cwd, good, other, digest } = await withKeys();
    const none = await verify(cwd, ...KEY);
    expect([none.code, none.stdout]).toEqual([
      3,
      expect.stringMatching(/not attached\nnot attached: any signature; verified: 0 of 0 /),
    ]);
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    expect((await verify(cwd, ...KEY, '--require', 'sbom')).code).toBe(0);
    expect((await verify(cwd, ...KEY, '--require', 'sbom', '--require', 'vex')).code).toBe(3);
    const vex = { keys: [other], digest, predicateType: 'https://openvex.dev/ns/v0.2.0' };
    await attachSigned(cwd, 'oci:./layout:v1', vex);
    expect((await verify(cwd, ...KEY, '--require', 'sbom', '--require', 'vex')).code).toBe(5);
    expect((await verify(cwd, ...KEY, '--key', 'other.pub', '--require', 'sbom', '--require', 'vex')).code).toBe(0);
  });

  it('lets a wrong one beside a verified one pass, unless --no-wrong', async () => {
    const { cwd, good, digest } = await withKeys();
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest: OTHER });
    const beside = await verify(cwd, ...KEY);
    expect([beside.code, beside.stderr]).toEqual([0, expect.stringContaining('warning: 1 attachment is wrong beside')]);
    expect(beside.stdout).toContain(OTHER);
    expect(beside.stdout).toMatch(/, 1 wrong\n$/);
    expect((await verify(cwd, ...KEY, '--no-wrong')).code).toBe(5);
  });

  it('ends with 4 or 6 where a place could not be asked, unless what is required is verified', async () => {
    let status = 0;
    const { registry, image } = await withImage({
      fault: ({ path }) => (status !== 0 && path.endsWith('.sig') ? { status } : undefined),
    });
    const { cwd, good } = await withKeys();
    const digest = (await done(['resolve', image], cwd)).trim();
    status = 403;
    const refused = await runHere(['verify', image, ...KEY], cwd);
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('could not ask cosign tag .sig')]);
    expect(refused.stdout).toMatch(/\nnot known: 1 place could not be asked; verified: 0 of 0 attachments\n$/);
    const without = await failureHere(2, ['verify', image], cwd);
    expect(without.message).toMatch(/no trust is given; a place could not be asked for signatures$/);
    status = 400;
    await attachSigned(cwd, image, { keys: [good], digest });
    expect((await runHere(['verify', image, ...KEY, '--require', 'sbom'], cwd)).code).toBe(0);
    await registry.close();
    expect((await runHere(['verify', image, ...KEY], cwd)).code).toBe(6);
  });
});

it('names the trusted root whose logs --require-log asks for', async () => {
  const { cwd, good, digest } = await withKeys();
  await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
  const { code, stderr } = await verify(cwd, ...KEY, '--require-log');
  expect([code, stderr]).toEqual([5, expect.stringMatching(/trusted root: shipped with remora, of \d{4}-/)]);
});

describe('verify --blob', () => {
  async function withBundle() {
    const keys = await withKeys();
    const digest = digestOf(await readFile(join(keys.cwd, 'app.yaml')));
    await writeFile(join(keys.cwd, 'bundle.json'), envelopeAbout(digest, [keys.good]));
    return { ...keys, digest };
  }

  it('verifies a file by a bundle, without a place', async () => {
    const { cwd, good, digest } = await withBundle();
    const { code, stdout, stderr } = await runHere(
      ['verify', '--blob', 'app.yaml', '--bundle', 'bundle.json', ...KEY],
      cwd,
    );
    expect([code, stdout.split('\n')]).toEqual([
      0,
      [
        `app.yaml  ${digest}`,
        '└─ verified  sbom  https://spdx.dev/Document  bundle.json',
        `     by key ${good.trust.fingerprint.slice(0, 12)} (good.pub)`,
        `verified: app.yaml, by key ${good.trust.fingerprint.slice(0, 12)} (good.pub)`,
        '',
      ],
    ]);
    expect(stderr).toBe('');
  });

  it('ends with 5 for another file, and for another key', async () => {
    const { cwd } = await withBundle();
    await writeFile(join(cwd, 'other.yaml'), 'listen: 80\n');
    for (const words of [
      ['--blob', 'other.yaml', ...KEY],
      ['--blob', 'app.yaml', '--key', 'other.pub'],
    ])
      expect(await runHere(['verify', '--bundle', 'bundle.json', ...words], cwd)).toMatchObject({
        code: 5,
        stdout: expect.stringMatching(/\nnot verified: (?:other|app)\.yaml: .+\n$/),
      });
    const { stdout } = await runHere(
      ['verify', '--bundle', 'bundle.json', '--blob', 'other.yaml', ...KEY, '--json'],
      cwd,
    );
    expect(resultSchemas.verify.parse(JSON.parse(stdout))).toMatchObject({
      outcome: 'not-verified',
      reason: 'subject',
    });
  });

  it.each<[readonly string[], RegExp]>([
    [['--blob', 'app.yaml'], /--blob needs --bundle/],
    [['--blob', 'none.yaml', '--bundle', 'bundle.json', ...KEY], /none\.yaml does not exist/],
    [['--blob', 'app.yaml', '--bundle', 'none.json', ...KEY], /none\.json does not exist/],
    [['--bundle', 'bundle.json'], /--bundle needs --blob/],
    [['--blob', 'app.yaml', '--bundle', 'bundle.json', 'oci:./layout:v1'], /SUBJECT and --blob are both given/],
    [['--blob', 'app.yaml', '--bundle', 'bundle.json', '--require', 'sbom'], /exclude each other/],
  ])('refuses %j', async (words, message) => {
    const { cwd } = await withBundle();
    expect((await failureHere(2, ['verify', ...KEY, ...words], cwd)).message).toMatch(message);
  });

  it('needs trust', async () => {
    const { cwd } = await withBundle();
    const { message } = await failureHere(2, ['verify', '--blob', 'app.yaml', '--bundle', 'bundle.json'], cwd);
    expect(message).toMatch(/no trust is given/);
  });
});

describe('verify --policy', () => {
  const POLICY = `version: 1
trust:
  release:
    key: good.pub
rules:
  sbom:
    scope: '**'
    kind: sbom
    by: release
`;

  it('keeps the rules of a file, and says which one is not kept', async () => {
    const { cwd, good, digest } = await withKeys();
    await writeFile(join(cwd, 'policy.yaml'), POLICY);
    const lacking = await verify(cwd, '--policy', 'policy.yaml');
    expect(lacking.stderr).toMatch(/^remora: error: rule sbom is not kept by oci:.\/layout@sha256:\w{64}: .+\n$/);
    expect([lacking.code, lacking.stdout]).toEqual([3, expect.stringMatching(/\nrule sbom is not kept: /)]);
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    const kept = await verify(cwd, '--policy', 'policy.yaml');
    expect([kept.code, kept.stdout]).toEqual([0, expect.stringContaining('(release)')]);
  });

  it('is a mistake where the file is not one', async () => {
    const { cwd } = await withKeys();
    const { message } = await failureHere(2, ['verify', 'oci:./layout:v1', '--policy', 'app.yaml'], cwd);
    expect(message).toMatch(/app\.yaml/);
  });
});

describe('a mistake in the arguments of verify', () => {
  it('is the lack of any trust: an example is given for each kind of signature', async () => {
    const { cwd, good, digest } = await withKeys();
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    const { hint } = await failureHere(2, ['verify', 'oci:./layout:v1'], cwd);
    expect(hint).toBe(`Say who may sign: remora verify --key cosign.pub oci:./layout@${digest}`);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a private key', ['--key', 'good.key'], /good\.key.* is a private key, wanted a public key/],
    ['a file that is not a key', ['--key', 'app.yaml'], /app\.yaml.* no PEM/],
    ['a file that is not there', ['--key', 'none.pub'], /none\.pub does not exist/],
    ['a variable that is not set', ['--key', 'env://REMORA_TEST_NONE'], /"REMORA_TEST_NONE" is not set/],
    ['a key that a service keeps', ['--key', 'awskms:///alias/release'], /is not a file or env:/],
    ['an identity without an issuer', ['--certificate-identity', 'a@b.example'], /without --certificate-oidc-issuer/],
    ['half of the trust of notation', ['--trust-store', '.'], /without --trust-policy/],
    ['an unknown kind', [...KEY, '--require', 'sbomb'], /"sbomb" has an unknown kind/],
  ])('is %s', async (_what, args, message) => {
    const { cwd } = await withKeys();
    expect((await failureHere(2, ['verify', 'oci:./layout:v1', ...args], cwd)).message).toMatch(message);
  });

  it('is no subject', async () => {
    const { cwd } = await withKeys();
    await writeFile(join(cwd, 'empty'), '');
    expect((await failureHere(2, ['verify', ...KEY], cwd)).message).toMatch(/SUBJECT/i);
  });
});
