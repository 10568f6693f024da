import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { authority, issue } from '../trust/notation/support/certificates.js';
import { jws } from '../trust/notation/support/envelopes.js';
import { IDENTITY, ISSUER, makeSigstore } from '../trust/support/sigstore.js';
import { failureHere, runHere } from './support/in-process.js';
import { attachSigned, done, statementAbout, withKeys } from './support/signed.js';

const SUBJECT = 'oci:./layout:v1';
const ROOT = ['--trusted-root', 'root.json'];

/** An artifact with a bundle by an identity of a Sigstore instance of its own, whose root is `root.json`. */
async function withBundle() {
  const keys = await withKeys();
  const sigstore = await makeSigstore();
  const bundle = await sigstore.signStatement(statementAbout(keys.digest));
  await writeFile(join(keys.cwd, 'root.json'), JSON.stringify(sigstore.rootDocument()));
  await writeFile(join(keys.cwd, 'bundle.json'), JSON.stringify(bundle));
  await done(['attach', SUBJECT, 'bundle.json'], keys.cwd);
  return keys;
}

/** An artifact with an envelope of notation, `trustpolicy.json`, and the authority in `store`. */
async function withEnvelope(level = 'strict') {
  const keys = await withKeys();
  const root = authority();
  const { content } = jws({ chain: [issue({ issuer: root }), root], digest: keys.digest });
  await writeFile(join(keys.cwd, 'envelope.jws'), content);
  const type = 'application/vnd.cncf.notary.signature';
  await done(['attach', '--artifact-type', type, SUBJECT, 'envelope.jws:application/jose+json'], keys.cwd);
  const policy = {
    name: 'acme',
    registryScopes: ['*'],
    signatureVerification: { level },
    trustStores: ['ca:acme'],
    trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme'],
  };
  await writeFile(join(keys.cwd, 'trustpolicy.json'), JSON.stringify({ version: '1.0', trustPolicies: [policy] }));
  await mkdir(join(keys.cwd, 'store/x509/ca/acme'), { recursive: true });
  await writeFile(join(keys.cwd, 'store/x509/ca/acme/root.der'), root.raw);
  return keys;
}

const NOTATION = ['--trust-policy', 'trustpolicy.json', '--trust-store', 'store'];

describe('verify by an identity', () => {
  it('says who signed, when, and by which root', async () => {
    const { cwd } = await withBundle();
    const trust = [...ROOT, '--certificate-identity', IDENTITY, '--certificate-oidc-issuer', ISSUER];
    const { code, stdout, stderr } = await runHere(['verify', SUBJECT, ...trust], cwd);
    expect([code, stdout]).toEqual([0, expect.stringContaining('└─ verified  sbom  spdx  ')]);
    expect(stdout).toMatch(
      / {5}by https:\S+@refs\/heads\/main, issuer https:\S+, logged \d{4}-\d\d-\d\d \d\d:\d\d UTC, index \d+/,
    );
    expect(stderr).toContain('remora: trusted root: root.json\n');
  });

  it.each<[string, readonly string[], number]>([
    [
      'the whole of both',
      ['--certificate-identity-regexp', 'https://github\\.com/acme/.*', '--certificate-oidc-issuer', ISSUER],
      0,
    ],
    [
      'a part of the identity',
      ['--certificate-identity-regexp', 'github\\.com/acme', '--certificate-oidc-issuer', ISSUER],
      5,
    ],
    [
      'a part of the issuer',
      ['--certificate-identity', IDENTITY, '--certificate-oidc-issuer-regexp', 'https://token'],
      5,
    ],
    ['another issuer', ['--certificate-identity', IDENTITY, '--certificate-oidc-issuer', `${ISSUER}/`], 5],
  ])('takes an expression for %s', async (_what, words, code) => {
    const { cwd } = await withBundle();
    expect((await runHere(['verify', SUBJECT, ...ROOT, ...words], cwd)).code).toBe(code);
  });

  it('needs the root of that instance, and a file that is one', async () => {
    const { cwd } = await withBundle();
    const trust = ['--certificate-identity', IDENTITY, '--certificate-oidc-issuer', ISSUER];
    const { code, stderr } = await runHere(['verify', SUBJECT, ...trust], cwd);
    expect([code, stderr]).toEqual([5, expect.stringMatching(/trusted root: shipped with remora, of \d{4}-/)]);
    const odd = await failureHere(2, ['verify', SUBJECT, ...trust, '--trusted-root', 'app.yaml'], cwd);
    expect(odd.message).toContain('trusted root "app.yaml"');
  });
});

describe('verify by the trust of notation', () => {
  it('says whose certificate signed, and by which policy', async () => {
    const { cwd } = await withEnvelope();
    const { code, stdout } = await runHere(['verify', SUBJECT, ...NOTATION], cwd);
    expect([code, stdout]).toEqual([0, expect.stringContaining('verified  signature')]);
    expect(stdout).toContain('by CN=signer,O=acme,ST=WA,C=US (trustpolicy.json)');
  });

  it('refuses a level that verifies nothing, and a store with a link', async () => {
    const audit = await withEnvelope('audit');
    expect((await failureHere(2, ['verify', SUBJECT, ...NOTATION], audit.cwd)).message).toMatch(
      /trustpolicy\.json.*audit/,
    );
    const { cwd } = await withEnvelope();
    await symlink('root.der', join(cwd, 'store/x509/ca/acme/link.der'));
    expect((await failureHere(2, ['verify', SUBJECT, ...NOTATION], cwd)).message).toMatch(/link\.der/);
  });
});

it('gives an example for each kind of signature where no trust is given', async () => {
  const { cwd, good, digest } = await withBundle();
  await attachSigned(cwd, SUBJECT, { keys: [good], digest });
  const { hint, candidates } = await failureHere(2, ['verify', SUBJECT], cwd);
  expect(candidates?.map((one) => one.split(' ')[0]).sort()).toEqual(['--certificate-identity', '--key']);
  for (const candidate of candidates ?? []) expect(hint).toContain(candidate);
});
