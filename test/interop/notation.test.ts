import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrust } from '../../src/operations/verify/read-trust.js';
import { verify } from '../../src/operations/verify/verify.js';
import { judge } from '../../src/trust/judge.js';
import { type TestImage, writeImage } from '../support/image-layout.js';
import { API_REGISTRY, DISTRIBUTION_3, LAYOUT, type OpenInterop } from '../support/interop-places.js';
import {
  attachedEnvelope,
  notationComplaint,
  notationSign,
  type SignerAnswer,
  type SignerRequest,
  serveTimestamps,
} from '../support/notation.js';
import { describeWithPeers } from '../support/peers.js';
import { plant } from '../support/planted.js';
import { IMAGE } from '../trust/notation/support/envelopes.js';
import { inHours, judging, policyOf, trusting } from '../trust/notation/support/judging.js';
import { makeTsa, type Tsa } from '../trust/notation/support/timestamps.js';

const FORMS = { JWS: 'application/jose+json', COSE: 'application/cose' };
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

const payloadOf = (digest: string, size: number) =>
  JSON.stringify({ targetArtifact: { mediaType: MANIFEST, digest, size } });

/** A policy and a trust store on disk, as notation has them. */
async function notationFiles(dir: string, certificates: Readonly<Record<string, Uint8Array>>, statement: object = {}) {
  const policy = join(dir, 'trustpolicy.oci.json');
  for (const [path, content] of Object.entries(certificates)) {
    await mkdir(dirname(join(dir, 'x509', path)), { recursive: true });
    await writeFile(join(dir, 'x509', path), content);
  }
  await writeFile(policy, JSON.stringify(policyOf(statement)));
  return { policy, store: dir };
}

interface Case {
  readonly request?: Omit<SignerRequest, 'mediaType'>;
  /** Another authority is trusted. */
  readonly otherAuthority?: true;
  /** It is attached to another image. */
  readonly moved?: true;
  readonly change?: (envelope: Buffer) => Buffer;
  readonly statement?: object;
  readonly folder?: string;
  readonly verdict: string;
  /** Whether notation-core-go takes the envelope; it looks neither at trust nor at time. */
  readonly isSound?: false;
}

/** Changes a byte of the payload, which stands in the envelope as text or as base64url of it. */
function edited(envelope: Buffer): Buffer {
  const text = envelope.toString('latin1');
  const payload = /"payload":"([^"]+)"/.exec(text)?.[1];
  const other =
    payload === undefined
      ? text.replace('"size":', '"sizf":')
      : text
          .replace(payload, Buffer.from(payload, 'base64url').toString().replace('"size":', '"sizf":'))
          .replace(
            /("payload":")(.*?)(","protected)/,
            (_all, start, plain, end) => `${start}${Buffer.from(plain).toString('base64url')}${end}`,
          );
  return Buffer.from(other, 'latin1');
}

const CASES: Readonly<Record<string, Case>> = {
  good: { verdict: 'verified' },
  'by a key P-384': { request: { key: 'P-384' }, verdict: 'verified' },
  'by a key P-521': { request: { key: 'P-521' }, verdict: 'verified' },
  'by a key RSA-2048': { request: { key: 'RSA-2048' }, verdict: 'verified' },
  'by a key RSA-3072': { request: { key: 'RSA-3072' }, verdict: 'verified' },
  'by a certificate that signs itself': { request: { authorities: 0 }, verdict: 'verified' },
  'with three authorities': { request: { authorities: 3 }, verdict: 'verified' },
  'by an authority that is not trusted': { otherAuthority: true, verdict: 'unchecked: untrusted' },
  'below another image': { moved: true, verdict: 'wrong: subject' },
  'with an edited payload': { change: edited, verdict: 'wrong: signature', isSound: false },
  'before its expiry': { request: { expiry: inHours(1) }, verdict: 'verified' },
  'after its expiry': {
    request: { signingTime: inHours(-0.9), expiry: inHours(-0.5) },
    verdict: 'wrong: expired',
  },
  'after its expiry, which the policy accepts': {
    request: { signingTime: inHours(-0.9), expiry: inHours(-0.5) },
    statement: { signatureVerification: { level: 'permissive' } },
    verdict: 'verified',
  },
  'after the time of its certificates': {
    request: { notBefore: inHours(-4), notAfter: inHours(-2), signingTime: inHours(-3) },
    verdict: 'wrong: expired',
  },
  'by a signing authority': {
    request: { isAuthority: true, notBefore: inHours(-4), notAfter: inHours(-2), signingTime: inHours(-3) },
    folder: 'signingAuthority/acme',
    statement: { trustStores: ['signingAuthority:acme'] },
    verdict: 'verified',
  },
  'by a signing authority, where others are trusted': {
    request: { isAuthority: true },
    verdict: 'unchecked: untrusted',
  },
  'that asks for a plugin': {
    request: {
      attributes: [{ key: 'io.cncf.notary.verificationPlugin', value: 'com.example.plugin', critical: true }],
    },
    verdict: 'unchecked: unsupported',
  },
  'with an unknown critical attribute': {
    request: { attributes: [{ key: 'com.example.rule', value: 'x', critical: true }] },
    verdict: 'unchecked: unsupported',
  },
  'with an unknown attribute': {
    request: { attributes: [{ key: 'com.example.note', value: 'x', critical: false }] },
    verdict: 'verified',
  },
  'by an identity that is trusted': {
    statement: { trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme, CN=signer'] },
    verdict: 'verified',
  },
  'by an identity that is not trusted': {
    statement: { trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme, CN=other'] },
    verdict: 'unchecked: untrusted',
  },
};

/** The way there is another in each place; the content is the same. */
const ELSEWHERE = /^good|^below|not trusted$|edited|^after its expiry$|plugin/;

for (const kind of [LAYOUT, API_REGISTRY, DISTRIBUTION_3]) {
  const cases = Object.entries(CASES).filter(([name]) => kind === LAYOUT || ELSEWHERE.test(name));
  describeWithPeers(`notation's envelopes in ${kind.name}`, [...kind.peers, 'notation-signer'], () => {
    let open: OpenInterop;
    let image: TestImage;
    let elsewhere: TestImage;
    let size: number;
    let other: SignerAnswer;

    beforeAll(async () => {
      open = await kind.open();
      image = await writeImage(join(open.directory, 'image'));
      elsewhere = await writeImage(join(open.directory, 'elsewhere'), 'v2', 'another image');
      size = image.size;
      other = await notationSign({ mediaType: FORMS.JWS, payload: '{}', authorities: 1 });
    });
    afterAll(() => open?.close());

    describe.each(Object.entries(FORMS))('%s', (form, mediaType) => {
      it.each(cases)('%s', async (name, one) => {
        const { request, change, moved, otherAuthority, statement, folder = 'ca/acme', verdict, isSound = true } = one;
        const made = await notationSign({
          mediaType,
          payload: payloadOf(image.digest, size),
          authorities: 1,
          ...request,
        });
        const envelope = change?.(made.envelope) ?? made.envelope;
        expect((await notationComplaint(mediaType, envelope)) === undefined).toBe(isSound);
        const root = (otherAuthority ? other : made).chain.at(-1) ?? Buffer.alloc(0);
        const files = join(open.directory, `${form} ${name}`.replaceAll(/\W/g, '-'));
        const notation = await notationFiles(files, { [`${folder}/root.der`]: root }, statement);
        const place = open.fresh();
        const subjectImage = moved ? elsewhere : image;
        const { digest } = subjectImage;
        await place.load(subjectImage);
        await plant(place.at(''), digest, attachedEnvelope(mediaType, envelope));

        const subject = place.at(`@${digest}`);
        const result = await verify(subject, { ...(await readTrust({ notation })), partial: true });
        expect(result).toMatchObject({ outcome: verdict === 'verified' ? 'verified' : 'not-verified', incomplete: [] });
        expect(result.referrers.map((node) => [node.verdict, node.reason].filter(Boolean).join(': '))).toEqual([
          verdict,
        ]);
      });
    });

    it('counts only the policy for its repository', async () => {
      const made = await notationSign({ mediaType: FORMS.JWS, payload: payloadOf(image.digest, size), authorities: 1 });
      const place = open.fresh();
      await place.load(image);
      await plant(place.at(''), image.digest, attachedEnvelope(FORMS.JWS, made.envelope));
      const scopes = { here: place.at(''), elsewhere: 'registry.example/team/app' };
      for (const [name, scope] of Object.entries(scopes)) {
        if (kind === LAYOUT && name === 'here') continue;
        const root = { 'ca/acme/root.der': made.chain.at(-1) ?? Buffer.alloc(0) };
        const notation = await notationFiles(join(open.directory, `scope-${name}`), root, { registryScopes: [scope] });
        const result = await verify(place.at(`@${image.digest}`), {
          ...(await readTrust({ notation })),
          partial: true,
        });
        expect([name, result.outcome]).toEqual([name, name === 'here' ? 'verified' : 'not-verified']);
      }
    });

    it('has its exit codes in the program', async () => {
      const made = await notationSign({
        mediaType: FORMS.COSE,
        payload: payloadOf(image.digest, size),
        authorities: 1,
      });
      const place = open.fresh();
      await place.load(image);
      await plant(place.at(''), image.digest, attachedEnvelope(FORMS.COSE, made.envelope));
      const [leaf, root = Buffer.alloc(0)] = made.chain;
      const run = async (name: string, certificates: Readonly<Record<string, Uint8Array>>) => {
        const { policy, store } = await notationFiles(join(open.directory, name), certificates);
        const subject = place.at(`@${image.digest}`);
        return kind.commands.remora(['verify', '--trust-policy', policy, '--trust-store', store, subject]);
      };
      expect(await run('good', { 'ca/acme/root.der': root })).toMatchObject({ code: 0 });
      expect(await run('other', { 'ca/acme/root.der': other.chain.at(-1) ?? root })).toMatchObject({ code: 5 });
      expect(await run('leaf', { 'ca/acme/root.der': root, 'ca/acme/leaf.der': leaf ?? root })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('ca/acme/leaf.der'),
      });
    });
  });
}

describeWithPeers('timestamps of signatures by notation-core-go', ['notation-signer'], () => {
  const TSAS: Readonly<Record<string, () => Tsa>> = {
    'P-256': () => makeTsa(),
    'RSA-2048': () => makeTsa({ key: 'RSA-2048' }, { key: 'RSA-2048' }),
  };
  const forms = Object.values(FORMS).flatMap((mediaType) => Object.keys(TSAS).map((key) => [mediaType, key] as const));

  it.each(forms)('%s by a key %s', async (mediaType, key) => {
    const tsa = TSAS[key]?.() ?? makeTsa();
    const server = await serveTimestamps(tsa);
    const made = await notationSign({
      mediaType,
      payload: payloadOf(IMAGE, 1),
      authorities: 1,
      timestamp: { url: server.url, root: tsa.root.raw.toString('base64') },
    }).finally(() => server.close());
    const root = { ...tsa.root, raw: made.chain.at(-1) ?? Buffer.alloc(0) };
    const stores = { 'ca:acme': [root], 'tsa:times': [tsa.root] };
    const signed = { form: 'notation', mediaType, content: made.envelope, annotations: {} } as const;
    expect(await judging(signed, trusting(stores))).toMatchObject({
      verdict: 'verified',
      proofs: [{ times: [{ from: 'signer' }, { from: 'timestamp' }] }],
    });
    // The certificates hold for an hour, the signature for as long as it is timestamped.
    const later = { trust: [trusting(stores)], now: inHours(48) };
    expect(await judge(signed, { digest: IMAGE }, later)).toMatchObject({ verdict: 'verified' });
    const unstamped = { ...later, trust: [trusting({ 'ca:acme': [root] })] };
    expect(await judge(signed, { digest: IMAGE }, unstamped)).toMatchObject({ verdict: 'wrong', reason: 'expired' });
    const foreign = trusting({ ...stores, 'tsa:times': [makeTsa().root] });
    expect(await judging(signed, foreign)).toMatchObject({ verdict: 'unchecked', reason: 'untrusted' });
  });
});
