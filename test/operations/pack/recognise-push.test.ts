import { describe, expect, it } from 'vitest';
import type { FileInput } from '../../../src/operations/pack/inputs.js';
import { pack } from '../../../src/operations/pack/pack.js';
import type { PackOptions } from '../../../src/operations/pack/plan.js';
import { push } from '../../../src/operations/push/push.js';
import * as by from '../../formats/recognise/support/documents.js';
import { inDirectory, newLayout } from '../support/places.js';
import { attached, CREATED, file } from './support/recognising.js';

describe('push without a type', () => {
  const pushed = async (files: readonly FileInput[], options: PackOptions = {}) =>
    (await pack(files, options)).manifest;

  it('is what its files are', async () => {
    const store = await newLayout();
    const result = await push(store, [file(by.openvex)], { tags: ['v1'] });
    expect(result).toMatchObject({
      digest: (await pushed([file(by.openvex)])).descriptor.digest,
      artifactType: 'application/vnd.openvex+json',
      annotations: { [CREATED]: '2023-01-09T00:02:03.647Z' },
    });
  });

  it('is of no known type when they are not all of one, and is what it always was', async () => {
    const unknown = 'application/vnd.unknown.artifact.v1';
    for (const files of [[file('x', 'a.json')], [file(by.spdxSorted, 'a.json'), file('x', 'b')], []])
      expect((await pushed(files)).descriptor).toEqual((await pushed(files, { recognise: false })).descriptor);
    const two = await pushed([file(by.spdxSorted, 'a.json'), file(by.sarif, 'b.json')]);
    expect(two.content).toMatchObject({ artifactType: unknown, layers: [{ mediaType: 'application/json' }, {}] });
  });

  it('has no type where its config has one', async () => {
    await inDirectory({ 'c.json': '{}' });
    const config = { path: 'c.json', mediaType: 'application/vnd.example.config' };
    for (const make of [pushed, attached]) {
      const { content } = await make([file(by.spdxSorted, 'a.json')], { config });
      expect(content.artifactType).toBeUndefined();
      expect(content).toMatchObject({
        config: { mediaType: config.mediaType },
        layers: [{ mediaType: 'application/json' }],
      });
      expect(content.annotations).toEqual({ [CREATED]: '2023-01-29T18:30:22Z' });
    }
  });
});
