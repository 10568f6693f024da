import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Manifest } from '../../../src/oci/documents/manifest.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { verify } from '../../../src/operations/verify/verify.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { makeKey, toJson } from '../../trust/support/envelopes.js';
import { newLayout } from '../support/places.js';
import { attached, attLayer, layer, PROVENANCE, SBOM, sign, underTag } from './support/signing.js';

const key = makeKey();
const trust = [key.trust];
const OTHER = 'application/vnd.example.other';
const INDEX = 'application/vnd.oci.image.index.v1+json';

/** A registry whose Referrers API can be told what to list for an image. */
async function listing() {
  let lie: readonly [subject: string, body: string] = ['nothing', ''];
  const { store, open } = await begin({
    fault: ({ path }) =>
      path.includes(`/referrers/${lie[0]}`)
        ? { status: 200, headers: { 'content-type': INDEX }, body: lie[1] }
        : undefined,
  });
  const { descriptor } = await pushImage(store, 'image');
  const first = await attached(store, descriptor, OTHER, layer(toJson({ first: true }), OTHER));
  /** The first entry is true, which proves the list; the second is said to be an SBOM. */
  const claim = (manifest: Manifest) => {
    const manifests = [
      { ...first.descriptor, artifactType: OTHER },
      { ...manifest.descriptor, artifactType: SBOM },
    ];
    lie = [descriptor.digest, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests })];
  };
  const run = () => verify({ store: open(), digest: descriptor.digest }, { trust, require: ['sbom'] });
  return { descriptor, store, claim, run };
}

it('takes the type of a signed manifest from itself, whatever a list says', async () => {
  const { descriptor, store, claim, run } = await listing();
  const manifest = await attached(store, descriptor, OTHER, layer(toJson({}), OTHER));
  await sign(store, manifest.descriptor.digest, key);
  claim(manifest);
  await expect(run()).rejects.toMatchObject({ code: 'NO_MATCH' });
});

it('verifies no signed SBOM of another image that a list names', async () => {
  const { store, claim, run } = await listing();
  const another = (await pushImage(store, 'another')).descriptor;
  const sbom = await attached(store, another, SBOM, layer(toJson({}), SBOM));
  await sign(store, sbom.descriptor.digest, key);
  claim(sbom);
  await expect(run()).rejects.toMatchObject({ code: 'NOT_VERIFIED', message: expect.stringContaining('its place') });
});

it('reads an archive as it reads a layout', async () => {
  const store = await newLayout();
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  await sign(store, descriptor.digest, makeKey(), key);
  await underTag(store, descriptor.digest, '.att', attLayer([key], descriptor.digest, PROVENANCE));
  const archive = `oci-archive:${join(await tempDir(), 'app.tar')}`;
  await copy({ store, tag: 'v1' }, `${archive}:v1`, { recursive: true });
  const verdicts = [...(await verify(`${archive}:v1`, { trust }))].map(({ kind, verdict }) => `${kind} ${verdict}`);
  expect(verdicts.sort()).toEqual(['provenance verified', 'signature unchecked', 'signature verified']);
});
