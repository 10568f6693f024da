import { describe, expect, it } from 'vitest';
import { MAX_MANIFEST_BYTES, MAX_READ_BYTES, parseManifest } from '../../../src/oci/documents/manifest.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import {
  bytesOf,
  DOCKER_IMAGE,
  DOCKER_LIST,
  digestBy,
  IMAGE,
  INDEX,
  imageDocument,
  indexDocument,
  raw,
} from '../support/documents.js';
import { faultOf } from '../support/fault.js';

const OCI_ARTIFACT = 'application/vnd.oci.artifact.manifest.v1+json';
const ORAS_ARTIFACT = 'application/vnd.cncf.oras.artifact.manifest.v1+json';
const { mediaType: _imageType, ...untypedImage } = imageDocument;
const { mediaType: _indexType, ...untypedIndex } = indexDocument;
const artifactDocument = { mediaType: OCI_ARTIFACT, artifactType: 'x/y', blobs: [raw] };

describe('bytes', () => {
  const odd = bytesOf(
    '\n{ "layers":[ ],"unknown": 1.50,  "config" : {"size":3,"digest":"a:b", "mediaType":"a/b"},"schemaVersion":2}\n\n',
  );

  it.each(['sha256', 'sha512'] as const)(
    'A20 A26 B27 F6 are kept, and have the %s digest that was asked for',
    (algorithm) => {
      const digest = digestBy(algorithm, odd);
      const manifest = parseManifest(odd, { digest, size: odd.byteLength });
      expect(Buffer.from(manifest.bytes).equals(odd)).toBe(true);
      expect(manifest.descriptor).toEqual({ mediaType: IMAGE, digest, size: odd.byteLength });
    },
  );

  it('A9 E26 have the sha256 digest when none was asked for', () => {
    expect(parseManifest(odd).descriptor.digest).toBe(digestBy('sha256', odd));
  });

  it('A10 are counted, not characters', () => {
    const bytes = bytesOf({ ...imageDocument, annotations: { a: 'ü🙂' } });
    expect(parseManifest(bytes).descriptor.size).toBe(bytes.byteLength);
  });
});

describe('expectations are checked in order', () => {
  const bytes = bytesOf('<html>');
  const other = digestBy('sha256', bytesOf('other'));

  it.each([
    ['A12 size first', { size: 5, digest: other }, 'SIZE_MISMATCH', `manifest ${other} has 6 bytes, wanted 5`],
    ['A12 size first', { size: 7 }, 'SIZE_MISMATCH', 'manifest has 6 bytes, wanted 7'],
    [
      'A13 E24 then the digest',
      { size: 6, digest: other },
      'DIGEST_MISMATCH',
      `manifest ${other} has other content: its digest is ${digestBy('sha256', bytes)}`,
    ],
    [
      'A8 then the digest',
      { digest: parseDigest('md5:abc') },
      'UNSUPPORTED',
      'content of md5:abc cannot be verified: algorithm md5 is not supported',
    ],
    [
      'A13 then the content',
      { size: 6, digest: digestBy('sha512', bytes) },
      'MALFORMED',
      /^manifest sha512:\w+ is not JSON: got a web page or XML/,
    ],
  ])('%s: %j', (_id, expected, code, message) => {
    const fault = faultOf(() => parseManifest(bytes, expected));
    expect(fault.code).toBe(code);
    if (typeof message === 'string') expect(fault.message).toBe(message);
    else expect(fault.message).toMatch(message);
  });

  it('B35 reads manifests a little above the limit, and nothing larger', () => {
    const padded = (length: number) => bytesOf(JSON.stringify(imageDocument).padEnd(length));
    expect(MAX_MANIFEST_BYTES).toBe(4_194_304);
    expect(parseManifest(padded(MAX_READ_BYTES)).descriptor.size).toBe(MAX_READ_BYTES);
    expect(faultOf(() => parseManifest(padded(MAX_READ_BYTES + 1)))).toMatchObject({
      code: 'MALFORMED',
      message: `manifest is larger than ${MAX_READ_BYTES} bytes`,
    });
  });
});

describe('kinds', () => {
  it.each([
    ['B2', imageDocument, undefined, 'image', IMAGE],
    ['B2', untypedImage, undefined, 'image', IMAGE],
    ['B36', untypedImage, DOCKER_IMAGE, 'image', DOCKER_IMAGE],
    ['B36', { ...imageDocument, mediaType: DOCKER_IMAGE }, undefined, 'image', DOCKER_IMAGE],
    ['D1', indexDocument, undefined, 'index', INDEX],
    ['D1', untypedIndex, undefined, 'index', INDEX],
    ['B36', untypedIndex, DOCKER_LIST, 'index', DOCKER_LIST],
    ['D2 F27', { ...indexDocument, manifests: null }, undefined, 'index', INDEX],
    ['F1', artifactDocument, undefined, 'artifact', OCI_ARTIFACT],
    ['F1', { ...artifactDocument, mediaType: ORAS_ARTIFACT }, ORAS_ARTIFACT, 'artifact', ORAS_ARTIFACT],
    ['E22 a type that is none is no claim', imageDocument, 'text/plain', 'image', IMAGE],
    ['E23', imageDocument, IMAGE, 'image', IMAGE],
  ])('%s %j sent as %s is an %s', (_id, document, mediaType, kind, type) => {
    const manifest = parseManifest(bytesOf(document), { mediaType });
    expect([manifest.kind, manifest.descriptor.mediaType]).toEqual([kind, type]);
  });

  it.each([
    [
      'A25 both at once',
      { ...imageDocument, manifests: [] },
      'MALFORMED',
      'manifest is a manifest and an index at once',
    ],
    ['A25 both at once', { ...indexDocument, layers: [] }, 'MALFORMED', 'manifest is a manifest and an index at once'],
    [
      'A25 both at once',
      { ...indexDocument, config: null },
      'MALFORMED',
      'manifest is a manifest and an index at once',
    ],
    [
      'A25 both at once',
      { ...artifactDocument, manifests: null },
      'MALFORMED',
      'manifest is a manifest and an index at once',
    ],
    [
      'B2',
      { ...imageDocument, mediaType: INDEX },
      'MALFORMED',
      `manifest is called ${INDEX}, but has the fields of a manifest`,
    ],
    [
      'D1',
      { ...indexDocument, mediaType: IMAGE },
      'MALFORMED',
      `manifest is called ${IMAGE}, but has the fields of an index`,
    ],
    [
      'B2',
      { ...imageDocument, mediaType: 'application/json' },
      'MALFORMED',
      'manifest has the type "application/json", wanted a manifest or index',
    ],
    [
      'B2',
      { ...imageDocument, mediaType: '\u001b[2J' },
      'MALFORMED',
      'manifest has the type "\\u001b[2J", wanted a manifest or index',
    ],
    ['B2', { ...imageDocument, mediaType: 2 }, 'MALFORMED', 'manifest: mediaType is not a string'],
    [
      'B1',
      { ...imageDocument, schemaVersion: 1 },
      'MALFORMED',
      'manifest is not well formed: schemaVersion: wanted 2, got 1',
    ],
    [
      'B1 Docker',
      { schemaVersion: 1, name: 'a', tag: 'b', fsLayers: [] },
      'UNSUPPORTED',
      'manifest is a Docker schema 1 manifest, wanted schema 2',
    ],
    ['B6', { schemaVersion: 2 }, 'MALFORMED', 'manifest is neither a manifest nor an index'],
    ['B6', { layers: [] }, 'MALFORMED', 'manifest is neither a manifest nor an index'],
    ['A28', [imageDocument], 'MALFORMED', 'manifest is not a JSON object'],
    ['A28', 'null', 'MALFORMED', 'manifest is not a JSON object'],
    ['A28', '7', 'MALFORMED', 'manifest is not a JSON object'],
    [
      'A28',
      '{"schemaVersion":2,"layers":[],"config":1,"config":2}',
      'MALFORMED',
      'manifest has the name "config" twice in one object',
    ],
    ['A28', '{"__proto__":{"manifests":[]}}', 'MALFORMED', 'manifest is neither a manifest nor an index'],
  ])('%s refuses %j', (_id, document, code, message) => {
    expect(faultOf(() => parseManifest(bytesOf(document)))).toMatchObject({ code, message });
  });
});

describe('the type that was sent and the type in the document', () => {
  const bytes = bytesOf(imageDocument);
  const digest = digestBy('sha256', bytes);

  it.each([
    ['equal', bytes, { mediaType: IMAGE }, IMAGE],
    ['equal and pinned', bytes, { mediaType: IMAGE, digest }, IMAGE],
    ['none sent', bytes, {}, IMAGE],
    ['none in the document', bytesOf(untypedImage), { mediaType: DOCKER_IMAGE }, DOCKER_IMAGE],
    ['different, but pinned', bytes, { mediaType: DOCKER_IMAGE, digest }, IMAGE],
    ['an index, but pinned', bytes, { mediaType: INDEX, digest }, IMAGE],
  ])('A31 E23 %s', (_case, document, expected, type) => {
    expect(parseManifest(document, expected).descriptor.mediaType).toBe(type);
  });

  it.each([DOCKER_IMAGE, INDEX])('A31 E23 different and not pinned is an error: %s', (mediaType) => {
    expect(faultOf(() => parseManifest(bytes, { mediaType }))).toMatchObject({
      code: 'MALFORMED',
      message: `manifest says it is "${IMAGE}", but was sent as ${mediaType}`,
      expected: mediaType,
      found: IMAGE,
    });
  });

  it('A31 a pinned document that does not match its digest is an error whatever its type', () => {
    const pin = digestBy('sha256', bytesOf('x'));
    expect(faultOf(() => parseManifest(bytes, { mediaType: IMAGE, digest: pin })).code).toBe('DIGEST_MISMATCH');
  });

  it('A31 a document without a type is not taken for what it has not the fields of', () => {
    const untyped = bytesOf(untypedImage);
    for (const expected of [{ mediaType: INDEX }, { mediaType: INDEX, digest: digestBy('sha256', untyped) }]) {
      expect(faultOf(() => parseManifest(untyped, expected)).message).toMatch(/has the fields of a manifest$/);
    }
  });
});

describe('hostile manifests', () => {
  it.each([
    [
      'a million bad layers',
      `{"schemaVersion":2,"config":${JSON.stringify(raw)},"layers":[${'{},'.repeat(1_000_000)}{}]}`,
      /layers\[0\]\.digest: /,
    ],
    ['a million bad entries', `{"schemaVersion":2,"manifests":[${'0,'.repeat(1_000_000)}0]}`, /manifests\[100\]: /],
    ['levels below an unknown field', `{"schemaVersion":2,"manifests":[],"x":${'['.repeat(2_000_000)}`, /levels deep/],
  ])('%s', (_what, text, message) => {
    const fault = faultOf(() => parseManifest(bytesOf(text)));
    expect(fault).toMatchObject({ code: 'MALFORMED', message: expect.stringMatching(message) });
  });

  it('makes a hundred remarks on a million bad annotations', () => {
    const annotations = Object.fromEntries(Array.from({ length: 500_000 }, (_, index) => [index, 1]));
    const { remarks } = parseManifest(bytesOf({ ...indexDocument, annotations }));
    expect([remarks.length, remarks[0]]).toEqual([100, 'annotations.0: wanted text, got 1']);
  });
});
