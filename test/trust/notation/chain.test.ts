import { expect, it } from 'vitest';
import { authority, CODE_SIGNING, extension, type Issued, issue, TIME_STAMPING } from './support/certificates.js';
import { boolean, sequence } from './support/der.js';
import { jws } from './support/envelopes.js';
import { judging, trusting } from './support/judging.js';

const root = authority();
const middle = issue({ issuer: root, ca: true, subject: [['CN', 'middle']] });
const signer = issue({ issuer: root });
const ROOT = [['CN', 'authority']] as const;

/** The certificate's signature without its last byte's bits. */
function damaged(issued: Issued): Issued {
  const raw = Buffer.from(issued.raw);
  raw[raw.length - 1] = (raw.at(-1) ?? 0) ^ 1;
  return { ...issued, raw };
}

function below(options: Parameters<typeof authority>[0], authorities = 1): readonly Issued[] {
  const top = authority(options);
  const chain = [top];
  for (let left = authorities; left > 1; left--) chain.unshift(issue({ issuer: chain[0] ?? top, ca: true }));
  return [issue({ issuer: chain[0] ?? top }), ...chain];
}

const served = [extension('2.5.29.15', true, boolean(true))];

it.each<[string, readonly Issued[]]>([
  ['two certificates', [signer, root]],
  ['three', [issue({ issuer: middle }), middle, root]],
  ['a signer for code', [issue({ issuer: root, purposes: [CODE_SIGNING] }), root]],
  ['a signer for code and a purpose of its own', [issue({ issuer: root, purposes: [CODE_SIGNING, '1.2.3.4'] }), root]],
  ['a signer that says it is not of an authority', [issue({ issuer: root, ca: false }), root]],
  ['an authority that allows none below', below({ pathLength: 0 })],
  ['an authority that allows as many as there are', below({ pathLength: 1 }, 2)],
  [
    'an extension that notation does not look at',
    [issue({ issuer: root, others: [extension('1.2.3.5', true, sequence())] }), root],
  ],
])('takes a chain with %s', async (_name, chain) => {
  const top = chain.at(-1) ?? root;
  expect(await judging(jws({ chain }), trusting({ 'ca:acme': [top] }))).toMatchObject({ verdict: 'verified' });
});

it.each<[string, string, readonly Issued[]]>([
  ['without its root', 'is the last of the chain, and not signed by itself', [signer]],
  ['without what is between', 'is not issued by the next', [issue({ issuer: middle }), root]],
  ['in another order', 'is not issued by the next', [issue({ issuer: middle }), root, middle]],
  ['with its root twice', 'is signed by itself, and not the last', [signer, root, root]],
  ['with a foreign certificate', 'is not issued by the next', [signer, root, authority()]],
  ['of a root of the same name', 'is not issued by the next', [signer, authority({ subject: ROOT })]],
  ['of another root', 'is not issued by the next', [signer, authority({ subject: [['CN', 'other']] })]],
  ['with a signature that does not hold', 'is not issued by the next', [damaged(signer), root]],
  ['whose root does not hold', 'not signed by itself', [signer, damaged(root)]],
  ['whose signer is an authority', 'is of an authority', [issue({ issuer: root, ca: true, usage: '84' }), root]],
  ['whose signer has no key usage', 'has no key usage', [issue({ issuer: root, usage: '' }), root]],
  [
    'whose signer has a key usage that is not critical',
    'not critical',
    [issue({ issuer: root, isUsageCritical: false }), root],
  ],
  ['whose signer may not sign', 'lacks the key usage digitalSignature', [issue({ issuer: root, usage: '40' }), root]],
  [
    'whose signer may also issue certificates',
    'has the key usage keyCertSign',
    [issue({ issuer: root, usage: '84' }), root],
  ],
  ['whose signer may also encrypt', 'has the key usage keyEncipherment', [issue({ issuer: root, usage: 'a0' }), root]],
  [
    'whose signer is for timestamps',
    '1.3.6.1.5.5.7.3.8, wanted code signing',
    [issue({ issuer: root, purposes: [TIME_STAMPING] }), root],
  ],
  [
    'whose signer is for servers',
    '1.3.6.1.5.5.7.3.1, wanted code signing',
    [issue({ issuer: root, purposes: [CODE_SIGNING, '1.3.6.1.5.5.7.3.1'] }), root],
  ],
  [
    'whose signer is for everything',
    '2.5.29.37.0, wanted code signing',
    [issue({ issuer: root, purposes: ['2.5.29.37.0'] }), root],
  ],
  [
    'whose signer has a key usage twice',
    'extension 2.5.29.15 is there twice',
    [issue({ issuer: root, others: served }), root],
  ],
  ['whose signer is signed with SHA-1', 'other than SHA-2', [issue({ issuer: root, hash: 'sha1' }), root]],
  ['whose root is signed with SHA-1', 'other than SHA-2', below({ hash: 'sha1' })],
  [
    'whose root says that it is not of an authority',
    'issued another, and is not of an authority',
    below({ ca: false, usage: '04' }),
  ],
  [
    'whose root does not say that it is of an authority',
    'issued another, and is not of an authority',
    below({ ca: undefined, usage: '04' }),
  ],
  ['whose root may not issue certificates', 'lacks the key usage keyCertSign', below({ usage: '80' })],
  ['whose root has no key usage', 'has no key usage', below({ usage: '' })],
  ['whose root has a key usage that is not critical', 'not critical', below({ isUsageCritical: false })],
  ['whose root allows fewer authorities below', 'allows 0 authorities below it, got 1', below({ pathLength: 0 }, 2)],
  [
    'whose root allows fewer authorities far below',
    'allows 1 authorities below it, got 3',
    below({ pathLength: 1 }, 4),
  ],
])('refuses a chain %s', async (_name, message, chain) => {
  const top = chain.at(-1) ?? root;
  const judgement = await judging(jws({ chain }), trusting({ 'ca:acme': [isAuthority(top) ? top : root] }));
  expect(judgement).toMatchObject({
    verdict: 'wrong',
    reason: 'certificate',
    message: expect.stringContaining(message),
  });
});

/** Whether a trust store takes it. */
function isAuthority(issued: Issued): boolean {
  try {
    trusting({ 'ca:acme': [issued] });
    return true;
  } catch {
    return false;
  }
}

it('refuses a chain of eleven certificates, and takes one of ten', async () => {
  const [first, ...nine] = below({}, 9);
  const ten = [first ?? signer, ...nine];
  const top = ten.at(-1) ?? root;
  expect(await judging(jws({ chain: ten }), trusting({ 'ca:acme': [top] }))).toMatchObject({ verdict: 'verified' });
  const eleven = below({}, 10);
  expect(await judging(jws({ chain: eleven }), trusting({ 'ca:acme': [eleven.at(-1) ?? root] }))).toMatchObject({
    verdict: 'wrong',
    reason: 'malformed',
  });
});
