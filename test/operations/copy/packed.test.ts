import { describe, expect, it } from 'vitest';
import { type Manifest, parseManifest } from '../../../src/oci/documents/manifest.js';
import { PackedManifests } from '../../../src/operations/copy/packed.js';

const EMPTY = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  size: 2,
};

function image(run: string): Manifest {
  const document = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: 'application/vnd.example.scan',
    config: EMPTY,
    layers: [EMPTY],
    annotations: { 'org.example.run': run },
  };
  return parseManifest(Buffer.from(JSON.stringify(document)));
}

describe('the manifests that a copy keeps', () => {
  const many = Array.from({ length: 3000 }, (_, index) => image(`${index}`));

  it.each([
    ['in their order', [...many.keys()]],
    ['from the last to the first', [...many.keys()].reverse()],
    ['far from each other', [...many.keys()].map((index) => (index * 1009) % many.length)],
  ])('come back as they were, looked at %s', (_, order) => {
    const packed = new PackedManifests();
    const kept = many.map((manifest) => packed.pack(manifest));
    for (const index of order) {
      const [before, after] = [many[index], kept[index]];
      expect(after?.descriptor).toEqual(before?.descriptor);
      expect(Buffer.from(after?.bytes ?? [])).toEqual(before?.bytes);
      expect(after?.content).toEqual(before?.content);
    }
  });

  it('stay parsed for the newest alone', () => {
    const packed = new PackedManifests();
    const kept = many.map((manifest) => packed.pack(manifest));
    const same = kept.filter(({ content }, index) => content === many[index]?.content);
    expect(same.length).toBeLessThanOrEqual(1000);
  });

  it('stay as they are where they are large, or an index', () => {
    const packed = new PackedManifests();
    const large = image('x'.repeat(70_000));
    const text = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}';
    const index = parseManifest(Buffer.from(text));
    expect(packed.pack(large)).toBe(large);
    expect(packed.pack(index)).toBe(index);
  });
});
