import { describe, expect, it } from 'vitest';
import { imageIndexSchema } from '../../../src/oci/documents/image-index-schema.js';
import { checkShape } from '../../../src/oci/text/json.js';
import { IMAGE, INDEX, indexDocument, raw } from '../support/documents.js';
import { faultOf } from '../support/fault.js';

const { mediaType: _type, ...untyped } = indexDocument;
const { manifests: _manifests, ...unlisted } = indexDocument;
const { schemaVersion: _version, ...unversioned } = indexDocument;
const check = (document: unknown) => checkShape(imageIndexSchema, document, 'index');

describe('an image index', () => {
  it.each([
    ['D1', indexDocument],
    ['D1 F22 as ORAS writes index.json', untyped],
    ['D2', { ...indexDocument, manifests: [] }],
    [
      'D4',
      {
        ...indexDocument,
        manifests: [
          { ...raw, mediaType: INDEX },
          { ...raw, mediaType: 'application/xml' },
        ],
      },
    ],
    [
      'D4 A24',
      { ...indexDocument, manifests: [{ ...raw, platform: { architecture: 'arm', os: 'linux', variant: 'v7' } }] },
    ],
    ['D6 B20', { ...indexDocument, subject: { ...raw, mediaType: IMAGE }, annotations: { a: 'b' } }],
    ['D5 its child is its subject', { ...indexDocument, subject: { ...raw, mediaType: IMAGE } }],
    ['D3', { ...indexDocument, artifactType: 'application/x' }],
    ['F2', { ...indexDocument, artifactType: '', manifests: [{ ...raw, artifactType: '' }] }],
    ['A25', { ...indexDocument, unknown: 1, manifests: [{ ...raw, unknown: {} }] }],
    ['F22 an entry without tag or platform', { ...indexDocument, manifests: [raw] }],
  ])('%s %j stays as it is', (_id, document) => {
    expect(check(document)).toEqual(document);
  });

  it.each([
    ['D2', { ...indexDocument, manifests: null }, 'manifests: wanted an array, got null'],
    ['D1', { ...indexDocument, schemaVersion: 1 }, 'schemaVersion: wanted 2, got 1'],
    ['D1', { ...indexDocument, schemaVersion: '2' }, 'schemaVersion: wanted 2, got "2"'],
    ['D1', unversioned, 'schemaVersion: wanted 2, got nothing'],
    ['D2', unlisted, 'manifests: wanted an array, got nothing'],
    ['D2', { ...indexDocument, manifests: {} }, 'manifests: wanted an array, got an object'],
    ['D2', { ...indexDocument, manifests: [raw, null] }, 'manifests[1]: wanted an object, got null'],
    ['D4', { ...indexDocument, manifests: [{ ...raw, digest: 'x' }] }, 'manifests[0].digest: wanted a digest, got "x"'],
    ['D6', { ...indexDocument, subject: {} }, 'subject.mediaType: wanted a string, got nothing'],
    ['D6', { ...indexDocument, annotations: { a: null } }, 'annotations.a: wanted a string, got null'],
  ])('%s refuses %j', (_id, document, complaint) => {
    expect(faultOf(() => check(document))).toMatchObject({
      code: 'MALFORMED',
      message: `index is not well formed: ${complaint}`,
    });
  });
});
