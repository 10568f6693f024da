import { describe, expect, it } from 'vitest';
import { unwrap } from '../../../src/operations/pull/unwrap.js';
import { bundle, envelope, PROVENANCE_PREDICATE, SPDX, SPDX_PREDICATE, statement } from '../support/mechanisms.js';

const open = (text: string) => {
  const { bytes, ...rest } = unwrap(Buffer.from(text), 'the file');
  return { text: bytes.toString(), ...rest };
};

describe('unwrap', () => {
  it.each([
    ['a statement', statement()],
    ['an envelope', envelope(statement())],
    ['a bundle', bundle(statement())],
    ['a statement with a byte order mark', `\ufeff${statement()}`],
  ])('gives the very bytes of the predicate in %s', (_what, text) => {
    expect(open(text)).toEqual({ text: SPDX, mediaType: 'application/spdx+json', predicateType: SPDX_PREDICATE });
  });

  it('reads base64 in the URL alphabet without padding', () => {
    const payload = Buffer.from(statement('{"a":"???>>>"}')).toString('base64url');
    expect(open(`{"payloadType":"x","payload":"${payload}","signatures":[]}`).text).toBe('{"a":"???>>>"}');
  });

  it.each([
    [
      'a document in "Data", as old versions of cosign',
      `{"Data":${SPDX},"Timestamp":"2026"}`,
      SPDX,
      'application/spdx+json',
    ],
    ['text in "Data"', '{"Data":"SPDXVersion: SPDX-2.3\\nx","Timestamp":""}', 'SPDXVersion: SPDX-2.3\nx', undefined],
    ['a text', '"plain"', 'plain', 'text/plain'],
    ['a text that is a document', JSON.stringify(SPDX), SPDX, 'application/spdx+json'],
    ['"Data" beside other names', '{"Data":"a","other":1}', '{"Data":"a","other":1}', 'application/spdx+json'],
    ['an empty object', '{}', '{}', 'application/spdx+json'],
    ['a list', '[1, 2]', '[1, 2]', 'application/spdx+json'],
  ])('takes %s for the predicate', (_what, predicate, text, mediaType) => {
    expect(open(statement(predicate))).toMatchObject(mediaType === undefined ? { text } : { text, mediaType });
  });

  it('gives other predicates a type of their own', () => {
    expect(open(statement('{"a":1}', PROVENANCE_PREDICATE)).mediaType).toBe('application/json');
    expect(open(statement('{"a":1}', 'https://cyclonedx.org/bom/v1.6')).mediaType).toBe(
      'application/vnd.cyclonedx+json',
    );
  });

  it('is not led astray by names deeper down, or before', () => {
    const text = `{"x":{"predicate":1,"_type":"no"},"_type":"https://in-toto.io/Statement/v1","predicate":{"predicate":{"b":[1]}},"y":{"predicate":2}}`;
    expect(open(text).text).toBe('{"predicate":{"b":[1]}}');
  });

  it.each([
    ['a plain SBOM', SPDX, 'NO_MATCH', 'it is an SPDX document (JSON)'],
    [
      'a signature in a bundle',
      '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","messageSignature":{}}',
      'NO_MATCH',
      'it is a Sigstore bundle (signature)',
    ],
    [
      'an envelope of something else',
      envelope('{"a":1}'),
      'NO_MATCH',
      'payload of the file is not an in-toto statement',
    ],
    [
      'a statement without a predicate',
      '{"_type":"https://in-toto.io/Statement/v1"}',
      'NO_MATCH',
      'without a predicate',
    ],
    ['a statement whose predicate is null', statement('null'), 'NO_MATCH', 'without a predicate'],
    ['nothing', '', 'NO_MATCH', 'something else'],
    ['a list', '[]', 'NO_MATCH', 'something else'],
    ['broken JSON', statement().slice(0, -3), 'NO_MATCH', 'not an in-toto statement'],
    ['comments', statement('{} /* no */'), 'NO_MATCH', 'not an in-toto statement'],
    ['bytes after it', `${statement()}{}`, 'NO_MATCH', 'not an in-toto statement'],
    ['deep nesting', statement(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), 'NO_MATCH', 'not an in-toto statement'],
    ['a name twice', statement().replace('"subject"', '"predicate"'), 'MALFORMED', '"predicate" twice'],
    ['a payload that is no base64', '{"payloadType":"x","payload":"{!"}', 'MALFORMED', 'is not base64'],
  ])('refuses %s', (_what, text, code, message) => {
    expect(() => open(text)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});
