import { describe, expect, it } from 'vitest';
import { imageManifestSchema } from '../../../src/oci/documents/image-manifest-schema.js';
import { parseManifest } from '../../../src/oci/documents/manifest.js';
import { checkShape } from '../../../src/oci/text/json.js';
import { bytesOf, DOCKER_IMAGE, IMAGE, imageDocument, raw, SHA512_ABC } from '../support/documents.js';
import { faultOf } from '../support/fault.js';

const { mediaType: _type, ...untyped } = imageDocument;
const { schemaVersion: _version, ...unversioned } = imageDocument;
const { config: _config, ...unconfigured } = imageDocument;
const { layers: _layers, ...unlayered } = imageDocument;
const check = (document: unknown) => checkShape(imageManifestSchema, document, 'manifest');

describe('an image manifest', () => {
  it.each([
    ['B2', imageDocument],
    ['B2', untyped],
    ['B36', { ...imageDocument, mediaType: DOCKER_IMAGE }],
    [
      'B5 B16',
      {
        ...imageDocument,
        artifactType: 'x/y',
        config: { ...raw, mediaType: 'x/z' },
        layers: [{ ...raw, mediaType: 'text/csv' }],
      },
    ],
    ['B5 F2', { ...imageDocument, artifactType: '' }],
    ['B11', { ...imageDocument, layers: [] }],
    ['B17', { ...imageDocument, layers: [3, 1, 2].map((size) => ({ ...raw, size })) }],
    ['B19', { ...imageDocument, subject: { ...raw, mediaType: IMAGE } }],
    ['B21 B36', { ...imageDocument, subject: { ...raw, mediaType: DOCKER_IMAGE } }],
    ['B25', { ...imageDocument, annotations: {} }],
    ['B22 B26', { ...imageDocument, annotations: { 'x.y': '' } }],
    ['A25', { ...imageDocument, unknown: [], config: { ...raw, unknown: 1 } }],
    ['A27', { ...imageDocument, layers: [raw, { ...raw, digest: SHA512_ABC }, { ...raw, digest: 'md5:a' }] }],
  ])('%s %j stays as it is', (_id, document) => {
    expect(check(document)).toEqual(document);
  });

  it.each([
    ['B1', unversioned, 'schemaVersion: wanted 2, got nothing'],
    ['B1', { ...imageDocument, schemaVersion: 1 }, 'schemaVersion: wanted 2, got 1'],
    ['B1', { ...imageDocument, schemaVersion: '2' }, 'schemaVersion: wanted 2, got "2"'],
    ['B6', unconfigured, 'config: wanted an object, got nothing'],
    ['B6', { ...imageDocument, config: null }, 'config: wanted an object, got null'],
    ['B11', unlayered, 'layers: wanted an array, got nothing'],
    [
      'B11',
      { ...imageDocument, layers: [raw, { ...raw, size: -1 }] },
      'layers[1].size: wanted a number of bytes from 0 to 2^53-1, got -1',
    ],
    ['B19', { ...imageDocument, subject: 'sha256:a' }, 'subject: wanted an object, got a string'],
    ['B22', { ...imageDocument, annotations: { a: 1 } }, 'annotations.a: wanted a string, got a number'],
    ['B25', { ...imageDocument, annotations: null }, 'annotations: wanted an object, got null'],
    ['B4', { ...imageDocument, artifactType: 1 }, 'artifactType: wanted a string, got a number'],
  ])('%s refuses %j', (_id, document, complaint) => {
    expect(faultOf(() => check(document))).toMatchObject({
      code: 'MALFORMED',
      message: `manifest is not well formed: ${complaint}`,
    });
  });
});

describe('a withdrawn artifact manifest', () => {
  const document = { mediaType: 'application/vnd.oci.artifact.manifest.v1+json', artifactType: 'x/y', blobs: [raw] };
  const read = (value: object) => {
    const manifest = parseManifest(bytesOf(value));
    return manifest.kind === 'artifact' ? manifest.content : undefined;
  };

  it.each([document, { ...document, subject: raw, annotations: { a: 'b' } }])('F1 %j is read', (value) => {
    expect(read(value)).toEqual(value);
  });

  it.each([{ blobs: null }, { blobs: undefined }])('F1 has no blobs with %j', (change) => {
    expect(read({ ...document, ...change })?.blobs).toEqual([]);
  });

  it('F1 is checked', () => {
    expect(faultOf(() => read({ ...document, blobs: [{}] })).message).toMatch(/blobs\[0\]\.digest/);
  });
});
