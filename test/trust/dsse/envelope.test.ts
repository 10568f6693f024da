import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { preAuthEncoding, readEnvelope } from '../../../src/trust/dsse/envelope.js';
import { IN_TOTO, namesTarget, readStatement } from '../../../src/trust/dsse/statement.js';
import { IMAGE, OTHER_IMAGE, statement, TARGET, toJson } from '../support/envelopes.js';

describe('the bytes that are signed', () => {
  it('are those of the example in the specification', () => {
    const payload = Buffer.from('hello world');
    expect(Buffer.from(preAuthEncoding({ payloadType: 'http://example.com/HelloWorld', payload })).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it('count the bytes of a type, not its characters', () => {
    const encoded = preAuthEncoding({ payloadType: 'ä', payload: Buffer.of(0, 255) });
    expect(Buffer.from(encoded).toString('latin1')).toBe('DSSEv1 2 Ã¤ 2 \0ÿ');
  });

  it('are empty where type and payload are', () => {
    expect(Buffer.from(preAuthEncoding({ payloadType: '', payload: Buffer.of() })).toString()).toBe('DSSEv1 0  0 ');
  });
});

it('reads an envelope: a keyid that is empty is none, and other members are ignored', () => {
  const signatures = [
    { sig: 'AA==', keyid: '' },
    { sig: 'AQ==', keyid: 'k', cert: 'c' },
  ];
  expect(readEnvelope(toJson({ payloadType: 't', payload: '', signatures, extension: {} }))).toEqual({
    payloadType: 't',
    payload: Buffer.of(),
    signatures: [{ sig: Buffer.of(0) }, { sig: Buffer.of(1), keyid: 'k' }],
  });
});

describe('a statement', () => {
  const read = (document: object) => readStatement({ payloadType: IN_TOTO, payload: toJson(document) });
  const hex = (digest: string) => digest.slice('sha256:'.length);

  it.each(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1'])('is of type %s', (_type) => {
    expect(read({ ...statement(), _type })).toEqual({
      predicateType: 'https://spdx.dev/Document',
      subjects: [[IMAGE]],
    });
  });

  it('names a target by any of its subjects', () => {
    const subject = [{ digest: { sha256: hex(OTHER_IMAGE) } }, {}, { digest: { gitCommit: 'A', sha256: hex(IMAGE) } }];
    const { subjects } = read({ ...statement(), subject });
    expect(subjects).toEqual([[OTHER_IMAGE], [], [IMAGE]]);
    expect(namesTarget({ predicateType: '', subjects }, TARGET)).toBe(true);
    expect(namesTarget({ predicateType: '', subjects: subjects.slice(0, 2) }, TARGET)).toBe(false);
  });

  it('names a target of another algorithm, whole', () => {
    const digest = parseDigest(`sha512:${'ab'.repeat(64)}`);
    const named = read({ ...statement(), subject: [{ digest: { sha512: 'ab'.repeat(64) } }] });
    expect([namesTarget(named, { digest }), namesTarget(named, TARGET)]).toEqual([true, false]);
  });
});
