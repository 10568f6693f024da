import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTag } from '../../../src/oci/names/reference.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { isDigestTag, isReferrersTag, referrersTag } from '../../../src/oci/values/referrers-tag.js';

const LONG =
  'test+algorithm+using+algorithm+separators+and+lots+of+characters+to+excercise+overall+truncation:alsoSome=InTheEncodedSectionToShowHyphenReplacementAndLotsAndLotsOfCharactersToExcerciseEncodedTruncation';

describe('referrersTag', () => {
  it.each([
    ['E90', `sha256:${'a'.repeat(64)}`, `sha256-${'a'.repeat(64)}`],
    ['E90 F15', `sha512:${'a'.repeat(128)}`, `sha512-${'a'.repeat(64)}`],
    [
      'E90 E91',
      LONG,
      'test-algorithm-using-algorithm-s-alsoSome-InTheEncodedSectionToShowHyphenReplacementAndLotsAndLot',
    ],
    ['E90', 'a.b_c-d+e:f_g-h=', 'a.b_c-d-e-f_g-h-'],
    ['E92', 'multihash+base58:QmRZ', 'multihash-base58-QmRZ'],
  ])('%s %s', (_id, digest, tag) => {
    expect(referrersTag(parseDigest(digest))).toBe(tag);
  });

  it('E93 two subjects can share a tag', () => {
    const one = parseDigest(`sha512:${'a'.repeat(64)}${'b'.repeat(64)}`);
    const other = parseDigest(`sha512:${'a'.repeat(64)}${'c'.repeat(64)}`);
    expect(referrersTag(one)).toBe(referrersTag(other));
  });

  it('E92 every digest gives a tag of 97 characters at most', () => {
    const digests = fc.stringMatching(/^[a-z0-9]+(?:[+._-][a-z0-9]+){0,20}:[a-zA-Z0-9=_-]{1,200}$/);
    fc.assert(
      fc.property(digests, (text) => {
        fc.pre(!/^(sha256|sha512|blake3):/.test(text));
        const tag = referrersTag(parseDigest(text));
        expect(isTag(tag)).toBe(true);
        expect(tag.length).toBeLessThanOrEqual(97);
      }),
    );
  });
});

describe('isReferrersTag', () => {
  it.each([
    [`sha256-${'a'.repeat(64)}`, true],
    [`sha512-${'0'.repeat(64)}`, true],
    [`blake3-${'f'.repeat(64)}`, true],
    [`sha256-${'a'.repeat(63)}`, false],
    [`sha256-${'A'.repeat(64)}`, false],
    [`v1-sha256-${'a'.repeat(64)}`, false],
    [`sha256-${'a'.repeat(64)}.sig`, false],
    [`sha256-${'a'.repeat(64)}.att`, false],
    ['latest', false],
  ])('F31 %s: %s', (tag, expected) => {
    expect(isReferrersTag(tag)).toBe(expected);
  });
});

describe('isDigestTag', () => {
  it.each([
    [`sha256-${'a'.repeat(64)}`, true],
    [`sha512-${'0'.repeat(64)}`, true],
    [`sha256-${'a'.repeat(64)}.sig`, true],
    [`sha256-${'a'.repeat(64)}.att`, true],
    [`sha256-${'a'.repeat(64)}.sbom`, true],
    [`sha256-${'a'.repeat(64)}.other`, false],
    [`sha256-${'a'.repeat(63)}.sig`, false],
    ['v1.sig', false],
  ])('%s: %s', (tag, expected) => {
    expect(isDigestTag(tag)).toBe(expected);
  });
});
