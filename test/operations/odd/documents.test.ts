import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { inspect } from '../../../src/operations/inspect/inspect.js';
import { readManifest } from '../../../src/operations/manifest/read-manifest.js';
import { blobPath } from '../../../src/store/layout/files/paths.js';
import { Served } from '../../serve/support/start.js';
import { HandWrittenLayout, MANIFEST, tagged } from '../../store/layout/support/by-hand.js';
import { tempDir } from '../../support/temp.js';

const NULLS = { annotations: null, urls: null, data: null, platform: null, artifactType: null };

type Change = (layer: Descriptor) => object;

/** A change of a manifest, by its name. */
const changed = (name: string, change: object): readonly [string, Change] => [name, () => change];
/** A change of its layer. */
const layered = (name: string, change: object): readonly [string, Change] => [
  name,
  (layer) => ({ layers: [{ ...layer, ...change }] }),
];

/** Members that are null, absent, or of another form than the specification has. */
const ODD: readonly (readonly [string, Change])[] = [
  ...['annotations', 'urls', 'layers', 'platform', 'data', 'mediaType', 'artifactType', 'config', 'os.features'].map(
    (name) => changed(`null for ${name}`, { [name]: null }),
  ),
  ...['layers', 'config', 'mediaType', 'artifactType'].map((name) => changed(`no ${name}`, { [name]: undefined })),
  changed('an empty media type', { mediaType: '' }),
  changed('a media type with a parameter', { mediaType: `${MANIFEST}; charset=utf-8` }),
  changed('a media type in capitals', { mediaType: MANIFEST.toUpperCase() }),
  changed('a version that is text', { schemaVersion: '2' }),
  changed('a list for annotations', { annotations: ['a'] }),
  changed('text for annotations', { annotations: 'a' }),
  changed('a number among annotations', { annotations: { build: 17, name: 'x' } }),
  changed('an object among annotations', { annotations: { build: {}, name: 'x' } }),
  changed('null among annotations', { annotations: { build: null, name: 'x' } }),
  changed('a number for the artifact type', { artifactType: 7 }),
  changed('an artifact type with a parameter', { artifactType: 'application/x;version=1' }),
  changed('an unknown member', { builder: { name: [1, null] } }),
  layered('a layer without a type', { mediaType: undefined }),
  layered('a layer with an empty type', { mediaType: '' }),
  layered('a layer type with a parameter', { mediaType: 'a/b;version=0.2' }),
  layered('a layer with null for all that is optional', NULLS),
  layered('a layer with an empty platform', { platform: {} }),
  layered('a layer with an odd platform', { platform: { os: 1, architecture: null, 'os.features': null } }),
  layered('a layer with data that is not base64', { data: '***' }),
  layered('a layer with data of another content', { data: 'YWJj' }),
  layered('a layer with odd urls', { urls: ['not a URL', 7] }),
  layered('a layer with an unknown member', { '@type': null }),
];

async function withOdd(change: Change) {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('app');
  const sibling = await layout.referrer(image, 'application/spdx+json');
  const layer = await layout.blob('content', 'text/plain');
  const config = await layout.blob('{}', 'application/vnd.oci.empty.v1+json');
  const usual = { schemaVersion: 2, mediaType: MANIFEST, artifactType: 'a/b', config, layers: [layer], subject: image };
  const odd = await layout.blob(JSON.stringify({ ...usual, ...change(layer) }), MANIFEST);
  await layout.index([tagged(image, 'v1'), sibling, odd]);
  return { layout, odd, digests: [sibling.digest, odd.digest].sort() };
}

it.each(ODD)('%s is read from a layout and from serve, and copied as it is', async (_name, change) => {
  const { layout, odd, digests } = await withOdd(change);
  const served = await Served.start({ directory: layout.directory });
  const bytes = await readFile(blobPath(layout.directory, odd.digest));
  for (const place of [`oci:${layout.directory}`, `${served.host}/layout`]) {
    const { referrers } = await discover(`${place}:v1`);
    expect(referrers.map(({ digest }) => digest).sort()).toEqual(digests);
    expect(await inspect(`${place}@${odd.digest}`)).toMatchObject({ kind: 'artifact', digest: odd.digest });
    expect(Buffer.from((await readManifest(`${place}@${odd.digest}`)).bytes)).toEqual(bytes);
    const copied = join(await tempDir(), 'copy');
    await copy(`${place}:v1`, `oci:${copied}:v1`, { recursive: true });
    expect(await readFile(blobPath(copied, odd.digest))).toEqual(bytes);
  }
});

it.each(ODD)('%s is taken by serve', async (_name, change) => {
  const { layout } = await withOdd(change);
  const served = await Served.start();
  const image = await served.image('a', 'app', {}, 'v1');
  await copy(`oci:${layout.directory}:v1`, `${served.host}/a:v2`, { recursive: true });
  const { referrers } = await discover(`${served.host}/a:v2`);
  expect(referrers).toHaveLength(2);
  expect(image.answer.status).toBe(201);
});
