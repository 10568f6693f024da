import { describe, expect, it } from 'vitest';
import { annotationsOf, layersOf } from '../../../src/oci/documents/manifest.js';
import * as by from '../../formats/recognise/support/documents.js';
import { attached, CREATED, file, fixture, TITLE } from './support/recognising.js';

describe('the date', () => {
  const SPDX = 'application/spdx+json';
  it('of the document is written with a type that was given, too, and nothing else changes', async () => {
    const given = await attached([file(by.spdxSorted, 'a.json')], { artifactType: SPDX });
    const plain = await attached([file(by.spdxSorted, 'a.json')], { artifactType: SPDX, recognise: false });
    expect(given.content).toEqual({ ...plain.content, annotations: { [CREATED]: '2023-01-29T18:30:22Z' } });
  });

  it('that was given wins, as annotation or as time', async () => {
    const files = [file(by.spdxSorted)];
    const created = '2020-01-01T00:00:00Z';
    expect(annotationsOf(await attached(files, { created }))).toEqual({ [CREATED]: created });
    const annotations = { [CREATED]: '2021-01-01T00:00:00Z', k: 'v' };
    expect(annotationsOf(await attached(files, { created, annotations }))).toEqual(annotations);
  });
});

describe('what is inside of a wrapper', () => {
  const SLSA = 'https://slsa.dev/provenance/v1';

  it('of Sigstore is written on the manifest, as cosign does', async () => {
    const manifest = await attached([file(await fixture('provenance.sigstore.json'))]);
    expect(manifest.content.annotations).toEqual({
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': SLSA,
      [CREATED]: '2026-11-20T10:03:21Z',
    });
    const message = await attached([file(await fixture('message.sigstore.json'))]);
    expect(message.content.annotations).toEqual({ 'dev.sigstore.bundle.content': 'message-signature' });
  });

  it('of in-toto is written on the layer, as BuildKit does', async () => {
    for (const [bytes, predicateType] of [
      [by.slsa1, SLSA],
      [by.dsse, 'https://cyclonedx.org/bom'],
    ] as const) {
      const manifest = await attached([file(bytes)]);
      expect(layersOf(manifest)[0]?.annotations).toEqual({ 'in-toto.io/predicate-type': predicateType, [TITLE]: 'f' });
    }
  });

  it('is not written where the user did, or said what the artifact is', async () => {
    const bundle = file(await fixture('provenance.sigstore.json'));
    const annotations = { 'dev.sigstore.bundle.predicateType': 'mine' };
    expect(annotationsOf(await attached([bundle], { annotations }))).toMatchObject(annotations);
    const given = await attached([bundle], { artifactType: 'application/x' });
    expect(annotationsOf(given)).toEqual({ [CREATED]: '2026-11-20T10:03:21Z' });
    const layer = { ...file(by.slsa1), annotations: { 'in-toto.io/predicate-type': 'mine' } };
    expect(layersOf(await attached([layer]))[0]?.annotations).toMatchObject(layer.annotations);
  });
});
