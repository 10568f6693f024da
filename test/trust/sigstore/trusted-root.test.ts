import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { trustedRootModule } from '../../../.ci/build/trusted-root.js';
import { materialOf, readTrustedRoot, shippedRoot } from '../../../src/trust/sigstore/trusted-root.js';
import { type Json, makeSigstore, type Sigstore } from '../support/sigstore.js';

describe('the root that remora ships', () => {
  it('is the one of the package that keeps it', () => {
    const file = new URL('../../../src/trust/sigstore/public-good-root.ts', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(trustedRootModule());
  });

  it('can be read, and has its day', () => {
    const { tlogs, certificateAuthorities } = materialOf(shippedRoot());
    expect(tlogs.map(({ baseURL }) => baseURL)).toContain('https://rekor.sigstore.dev');
    expect(certificateAuthorities.length).toBeGreaterThan(0);
    expect(shippedRoot()).toMatchObject({
      source: 'shipped with remora',
      date: expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
    });
  });
});

describe('readTrustedRoot', () => {
  let sigstore: Sigstore;
  beforeAll(async () => {
    sigstore = await makeSigstore();
  });

  it.each([
    ['application/vnd.dev.sigstore.trustedroot+json;version=0.1'],
    ['application/vnd.dev.sigstore.trustedroot.v0.1+json'],
    ['application/vnd.dev.sigstore.trustedroot.v0.2+json'],
  ])('takes %s', (mediaType) => {
    const { bytes } = sigstore.root((root) => {
      root.mediaType = mediaType;
    });
    expect(readTrustedRoot(bytes, 'root.json')).toEqual({ bytes, source: 'root.json' });
  });

  it('takes a root for keys, without anything', () => {
    const bytes = Buffer.from('{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
    expect(materialOf(readTrustedRoot(bytes, 'root.json'))).toMatchObject({ tlogs: [], certificateAuthorities: [] });
  });

  it('takes the short name of a log for the beginning of its long one', () => {
    const { logId } = sigstore.rootDocument().tlogs[0];
    const root = sigstore.root((document) => {
      const keyId = Buffer.from(logId.keyId, 'base64').subarray(0, 4).toString('base64');
      document.tlogs[0].checkpointKeyId = { keyId };
    });
    expect(materialOf(root).tlogs[0]?.logID.toString('base64')).toBe(logId.keyId);
  });

  const refusals: readonly (readonly [string, (root: Json) => unknown, RegExp])[] = [
    ['another media type', (root) => (root.mediaType = 'application/json'), /media type is "application\/json"/],
    ['no media type', (root) => delete root.mediaType, /mediaType: wanted a string, got nothing/],
    [
      'a log without a start of its validity',
      (root) => delete root.tlogs[0].publicKey.validFor.start,
      /tlogs\[0\].*start/,
    ],
    ['a log without a validity', (root) => delete root.tlogs[0].publicKey.validFor, /tlogs\[0\].*validFor/],
    [
      'a log of certificates without a start',
      (root) => delete root.ctlogs[0].publicKey.validFor.start,
      /ctlogs\[0\].*start/,
    ],
    ['a key that is not one', (root) => (root.tlogs[0].publicKey.rawBytes = 'AAAA'), /is not usable/],
    [
      'a certificate that is not one',
      (root) => (root.certificateAuthorities[0].certChain.certificates[0].rawBytes = 'AAAA'),
      /is not usable/,
    ],
    ['an authority without a chain', (root) => delete root.certificateAuthorities[0].certChain, /is not usable/],
  ];
  it.each(refusals)('refuses %s', (_name, change, message) => {
    expect(() => sigstore.root(change)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    ['', /is not JSON: got nothing/],
    ['hello', /is not JSON/],
    ['{"mediaType":"a","mediaType":"b"}', /twice/],
    ['[]', /wanted an object/],
  ])('refuses %j', (text, message) => {
    expect(() => readTrustedRoot(Buffer.from(text), 'root.json')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
    expect(() => readTrustedRoot(Buffer.from(text), 'root.json')).toThrow(/^trusted root "root\.json" /);
  });
});
