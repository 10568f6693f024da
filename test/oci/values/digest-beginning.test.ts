import { describe, expect, it } from 'vitest';
import { digestOf, parseDigest } from '../../../src/oci/values/digest.js';
import { beginsWith, formatBeginning, parseBeginning } from '../../../src/oci/values/digest-beginning.js';
import { faultOf } from '../support/fault.js';

const DIGEST = digestOf(Buffer.from('abc'));
const LONG = digestOf(Buffer.from('abc'), 'sha512');
const hex = DIGEST.slice(7);

describe('the beginning of a digest', () => {
  it.each([hex.slice(0, 8), hex.slice(0, 12), hex, `sha256:${hex.slice(0, 8)}`])('%s fits', (text) => {
    const beginning = parseBeginning(text);
    expect(formatBeginning(beginning)).toBe(text);
    expect(beginsWith(DIGEST, beginning)).toBe(true);
    expect(beginsWith(LONG, beginning)).toBe(false);
  });

  it('means any algorithm, unless it names one', () => {
    expect(beginsWith(LONG, parseBeginning(LONG.slice(7, 20)))).toBe(true);
    expect(beginsWith(LONG, parseBeginning(LONG.slice(0, 20)))).toBe(true);
    expect(beginsWith(LONG, parseBeginning(`sha256:${LONG.slice(7, 20)}`))).toBe(false);
  });

  it.each([
    ['', 'a beginning needs at least 8 hexadecimal digits, got 0'],
    ['sha256:', 'a beginning needs at least 8 hexadecimal digits, got 0'],
    ['ba7816b', 'a beginning needs at least 8 hexadecimal digits, got 7'],
    ['sha256:ba7816b', 'a beginning needs at least 8 hexadecimal digits, got 7'],
    ['BA7816BF', 'its digits are not all lower-case'],
    ['sha256:ba7816bF', 'its digits are not all lower-case'],
    ['ba7816bg', 'it has characters that are not hexadecimal digits'],
    ['md5:ba7816bf', 'it has characters that are not hexadecimal digits'],
    ['ba7816bf*', 'it has characters that are not hexadecimal digits'],
    [`ba7816bf\n`, 'it has characters that are not hexadecimal digits'],
    ['a'.repeat(129), 'it has 129 digits'],
  ])('%j is refused', (text, why) => {
    const fault = faultOf(() => parseBeginning(text));
    expect(fault).toMatchObject({ code: 'INVALID_ARGUMENT', found: text, hint: expect.any(String) });
    expect(fault.message.endsWith(`: ${why}`)).toBe(true);
  });

  it.each([
    [hex.slice(0, 8), 64],
    [`sha256:${hex.slice(0, 63)}`, 64],
    [LONG.slice(0, 30), 128],
  ])('%s is refused as a whole digest, and said to be a beginning', (text, all) => {
    const length = text.replace(/^.*:/, '').length;
    expect(faultOf(() => parseDigest(text))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `digest "${text}" is only a beginning, wanted all ${all} digits here, got ${length}`,
    });
  });
});
