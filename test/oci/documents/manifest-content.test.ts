import { describe, expect, it } from 'vitest';
import {
  annotationsOf,
  layersOf,
  parseManifest,
  referrerEntry,
  subjectOf,
} from '../../../src/oci/documents/manifest.js';
import { bytesOf, digestBy, IMAGE, imageDocument, indexDocument, layer, raw } from '../support/documents.js';

const OCI_ARTIFACT = 'application/vnd.oci.artifact.manifest.v1+json';
const artifactDocument = { mediaType: OCI_ARTIFACT, artifactType: 'x/y', blobs: [raw] };

describe('what a manifest holds', () => {
  const parse = (document: unknown) => parseManifest(bytesOf(document));

  it('B17 B19 layers in their order, subject, annotations', () => {
    const layers = [3, 1, 2].map((size) => ({ ...raw, size }));
    const image = parse({ ...imageDocument, layers, subject: raw, annotations: { a: 'b' } });
    expect(layersOf(image)).toEqual(layers);
    expect(subjectOf(image)).toEqual(layer);
    expect(annotationsOf(image)).toEqual({ a: 'b' });
  });

  it('F1 B20 blobs of an artifact manifest; an index has entries, not layers', () => {
    expect(layersOf(parse(artifactDocument))).toEqual([layer]);
    expect(layersOf(parse(indexDocument))).toEqual([]);
    expect(subjectOf(parse({ ...indexDocument, subject: raw }))).toEqual(layer);
    expect(subjectOf(parse(indexDocument))).toBeUndefined();
    expect(annotationsOf(parse(indexDocument))).toEqual({});
  });
});

describe('referrerEntry', () => {
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: raw.digest, size: 3 };
  const config = { ...raw, mediaType: 'application/x.config' };

  it.each([
    ['D30 manifest with a type', { ...imageDocument, artifactType: 'x/y', config }, 'x/y'],
    ['D30 manifest with an empty type', { ...imageDocument, artifactType: '', config }, 'application/x.config'],
    ['D30 A23 B18 manifest without a type', { ...imageDocument, config }, 'application/x.config'],
    ['D31 manifest without anything', { ...imageDocument, config: empty }, 'application/vnd.oci.empty.v1+json'],
    [
      'D30 B8 image',
      { ...imageDocument, config: { ...raw, mediaType: 'application/vnd.oci.image.config.v1+json' } },
      'application/vnd.oci.image.config.v1+json',
    ],
    ['D30 index with a type', { ...indexDocument, artifactType: 'x/y' }, 'x/y'],
    ['D30 F2 index with an empty type', { ...indexDocument, artifactType: '' }, undefined],
    ['D30 index without a type', indexDocument, undefined],
    ['F1 artifact with a type', artifactDocument, 'x/y'],
    ['F1 artifact without a type', { mediaType: OCI_ARTIFACT, blobs: [] }, undefined],
  ])('%s', (_id, document, artifactType) => {
    const entry = referrerEntry(parseManifest(bytesOf(document)));
    expect(entry.artifactType).toBe(artifactType);
    expect('artifactType' in entry).toBe(artifactType !== undefined);
  });

  it('D32 F3 has the annotations of the manifest, and no others', () => {
    const noisy = { ...raw, annotations: { layer: 'x' } };
    const document = { ...imageDocument, config: noisy, layers: [noisy], subject: noisy };
    const annotations = { a: '', 'org.x': 'y', constructor: 'z' };
    expect(referrerEntry(parseManifest(bytesOf({ ...document, annotations }))).annotations).toEqual(annotations);
    expect('annotations' in referrerEntry(parseManifest(bytesOf({ ...document, annotations: {} })))).toBe(false);
    expect('annotations' in referrerEntry(parseManifest(bytesOf(document)))).toBe(false);
    const entry = referrerEntry(
      parseManifest(bytesOf('{"manifests":[],"schemaVersion":2,"annotations":{"__proto__":"x"}}')),
    );
    expect(JSON.stringify(entry.annotations)).toBe('{"__proto__":"x"}');
  });

  it('D33 D34 names the manifest itself and no more', () => {
    const bytes = bytesOf({ ...imageDocument, artifactType: 'x/y', subject: raw });
    expect(referrerEntry(parseManifest(bytes))).toEqual({
      mediaType: IMAGE,
      digest: digestBy('sha256', bytes),
      size: bytes.byteLength,
      artifactType: 'x/y',
    });
  });
});
