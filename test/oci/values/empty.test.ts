import { createHash } from 'node:crypto';
import { expect, it, describe as suite } from 'vitest';
import { artifactTypeOf, parseManifest } from '../../../src/oci/documents/manifest.js';
import { describe, embeddedData } from '../../../src/oci/values/descriptor.js';
import { parseDescriptor } from '../../../src/oci/values/descriptor-schema.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR, isEmpty } from '../../../src/oci/values/empty.js';
import { bytesOf, imageDocument } from '../support/documents.js';
import { faultOf } from '../support/fault.js';

const SHA512 =
  'sha512:27c74670adb75075fad058d5ceaf7b20c4e7786c83bae8a32f626f9782af34c9a33c2046ef60fd2a7878d378e29fec851806bbd9a67878f3a9f1cda4830763fd';

suite('the empty descriptor', () => {
  it('C1 C3 C4 is the one of the specification', () => {
    expect(EMPTY_DESCRIPTOR).toEqual({
      mediaType: 'application/vnd.oci.empty.v1+json',
      digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      size: 2,
    });
  });

  it('C2 C3 C11 F4 stands for two bytes, without a newline', () => {
    expect([...EMPTY_BYTES]).toEqual([0x7b, 0x7d]);
    const hex = createHash('sha256').update(EMPTY_BYTES).digest('hex');
    expect(EMPTY_DESCRIPTOR.digest).toBe(`sha256:${hex}`);
    expect(describe(EMPTY_DESCRIPTOR.mediaType, EMPTY_BYTES)).toEqual(EMPTY_DESCRIPTOR);
  });

  it('C10 has a sha512 form', () => {
    expect(digestOf(EMPTY_BYTES, 'sha512')).toBe(SHA512);
  });

  it('C5 may carry its data, with padding', () => {
    expect(embeddedData(EMPTY_DESCRIPTOR)).toBeUndefined();
    const carried = parseDescriptor({ ...EMPTY_DESCRIPTOR, data: 'e30=' });
    expect(Buffer.from(embeddedData(carried) ?? []).toString()).toBe('{}');
    expect(faultOf(() => parseDescriptor({ ...EMPTY_DESCRIPTOR, data: 'e30' })).code).toBe('MALFORMED');
  });

  it('C8 is told by its media type, not by its digest', () => {
    const config = { ...EMPTY_DESCRIPTOR, mediaType: 'application/vnd.x.config+json' };
    expect(isEmpty(EMPTY_DESCRIPTOR)).toBe(true);
    expect(isEmpty({ ...EMPTY_DESCRIPTOR, digest: digestOf(EMPTY_BYTES, 'sha512') })).toBe(true);
    expect(isEmpty(config)).toBe(false);
    const manifest = parseManifest(bytesOf({ ...imageDocument, config }));
    expect(artifactTypeOf(manifest)).toBe('application/vnd.x.config+json');
  });
});
