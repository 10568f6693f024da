import { beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/trust/values/judgement.js';
import { byIdentity, CONTENT, entryOf, expectRefused, judgeText, type Pair } from '../support/bundles.js';
import { type Json, makeSigstore, type Sigstore } from '../support/sigstore.js';

let sigstore: Sigstore;
/** Two signatures of the same, by two keys: parts of one are put into the other. */
let bytes: Pair;
beforeAll(async () => {
  sigstore = await makeSigstore();
  bytes = [
    await sigstore.signBytes(CONTENT, { timestamp: true }),
    await sigstore.signBytes(CONTENT, { timestamp: true }),
  ];
});

describe('base64', () => {
  const variants: readonly (readonly [string, (text: string) => string])[] = [
    ['without padding', (text) => text.replace(/=+$/, '')],
    ['with a line end', (text) => `${text.slice(0, 8)}\n${text.slice(8)}`],
    ['with a space before it', (text) => ` ${text}`],
    ['with more behind it', (text) => `${text}AAAA=`],
    ['of the URL-safe alphabet', (text) => text.replace('A', '-')],
    [
      'with bits left over',
      (text) => text.replace(/.(=+)$/, (_, padding) => `${padding.length === 1 ? 'B' : 'C'}${padding}`),
    ],
  ];
  const places: readonly (readonly [string, (bundle: Json, change: (text: string) => string) => void])[] = [
    ['signature', ({ messageSignature: m }, change) => (m.signature = change(m.signature))],
    ['messageDigest', ({ messageSignature: { messageDigest: d } }, change) => (d.digest = change(d.digest))],
    ['canonicalizedBody', (b, change) => (entryOf(b).canonicalizedBody = change(entryOf(b).canonicalizedBody))],
    ['keyId', (b, change) => (entryOf(b).logId.keyId = change(entryOf(b).logId.keyId))],
  ];
  it.each(places.flatMap(([place, set]) => variants.map(([name, change]) => [place, name, set, change] as const)))(
    '%s %s',
    async (_place, _name, set, change) => {
      const [bundle] = structuredClone(bytes);
      const before = JSON.stringify(bundle);
      set(bundle, change);
      if (JSON.stringify(bundle) !== before) await expectRefused(sigstore, bundle, 'wrong', 'malformed', /not base64/);
    },
  );
});

describe('a document', () => {
  const text = (): string => JSON.stringify(bytes[0]);
  const forgeries: readonly (readonly [string, () => string | Uint8Array, Verdict, string, RegExp])[] = [
    [
      'a name twice',
      () => text().replace('{', '{"messageSignature":{},'),
      'wrong',
      'malformed',
      /"messageSignature" twice/,
    ],
    ['more behind it', () => `${text()}{}`, 'wrong', 'malformed', /not JSON/],
    ['a byte order mark', () => `\uFEFF${text()}`, 'wrong', 'malformed', /byte order mark/],
    ['not JSON', () => 'hello', 'wrong', 'malformed', /not JSON/],
    ['not UTF-8', () => Buffer.from([0x22, 0xff, 0x22]), 'wrong', 'malformed', /not UTF-8/],
    ['a list', () => '[]', 'wrong', 'malformed', /wanted an object/],
    ['nested deeply', () => '['.repeat(5000), 'wrong', 'malformed', /deep/],
    ['an unknown version', () => text().replace('v0.3', 'v0.4'), 'unchecked', 'unsupported', /v0\.4/],
    ['more than 64 MiB', () => Buffer.alloc(64 * 1024 * 1024 + 1), 'unchecked', 'unsupported', /at most 67108864/],
    ['no media type', () => text().replace('mediaType', 'type'), 'wrong', 'malformed', /mediaType/],
    ['another document', () => '{"mediaType":"application/json"}', 'unchecked', 'unsupported', /application\/json/],
  ];
  it.each(forgeries)('%s', async (_name, forged, verdict, reason, message) => {
    const judgement = await judgeText(forged(), byIdentity(sigstore.root()));
    expect(judgement).toMatchObject({ verdict, reason, message: expect.stringMatching(message) });
  });
});
