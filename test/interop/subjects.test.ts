import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOf, writeImage } from '../support/image-layout.js';
import { layoutPlace, ok, skopeoCopy } from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { attach, discover, inspect, pull, resolve } from '../support/remora.js';
import { someFiles, writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';

const TYPE = 'application/spdx+json';

/** Attaches to `v1` of a layout that a tool wrote, and looks that nothing of it was lost. */
async function attachAndFind(directory: string): Promise<void> {
  const before = await checkedEntries(directory);
  const cwd = await tempDir();
  const files = someFiles();
  await writeFiles(cwd, files);
  const { digest, subject, listedBy } = await attach(`${directory}:v1`, TYPE, ['sbom.spdx.json'], { cwd });
  const image = before.find(({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === 'v1');
  expect([subject?.digest, subject?.size, listedBy]).toEqual([image?.digest, image?.size, 'layout-entry']);

  expect(await discover(`${directory}:v1`)).toMatchObject({
    referrers: [{ digest, artifactType: TYPE }],
    incomplete: [],
  });
  const entries = await checkedEntries(directory);
  expect(entries.slice(0, before.length)).toEqual(before);
  expect(entries.slice(before.length)).toMatchObject([{ digest, artifactType: TYPE }]);
  const out = await tempDir();
  await pull(`${directory}:v1`, out, '--artifact-type', TYPE);
  expect(await readFile(join(out, 'sbom.spdx.json'))).toEqual(files['sbom.spdx.json']);
}

/** That the manifest and the index have no mediaType: what these tests are about. */
async function expectBare(directory: string): Promise<void> {
  const hex = (await resolve(`${directory}:v1`)).slice('sha256:'.length);
  for (const file of ['index.json', join('blobs', 'sha256', hex)]) {
    expect(JSON.parse(await readFile(join(directory, file), 'utf8'))).not.toHaveProperty('mediaType');
  }
}

describeWithPeers('a layout made by umoci', ['umoci'], () => {
  it('is a subject, and umoci reads it afterwards', async () => {
    const dir = await tempDir();
    const layout = join(dir, 'layout');
    await mkdir(join(dir, 'root'));
    await writeFile(join(dir, 'root', 'hello'), 'hello\n');
    await ok('umoci', ['init', '--layout', layout]);
    await ok('umoci', ['new', '--image', `${layout}:v1`]);
    await ok('umoci', ['insert', '--rootless', '--image', `${layout}:v1`, join(dir, 'root'), '/root']);
    await expectBare(layout);
    await attachAndFind(layout);
    expect(await inspect(`${layout}:v1`)).toMatchObject({ kind: 'image', layers: [{}] });

    expect((await ok('umoci', ['list', '--layout', layout])).trim()).toBe('v1');
    await ok('umoci', ['tag', '--image', `${layout}:v1`, 'v2']);
    await ok('umoci', ['gc', '--layout', layout]);
    expect((await discover(`${layout}:v2`)).referrers).toMatchObject([{ artifactType: TYPE }]);
    await checkedEntries(layout);
  });
});

describeWithPeers('a layout made by skopeo', ['skopeo', 'umoci'], () => {
  it('is a subject, and skopeo reads it and writes into it afterwards', async () => {
    const dir = await tempDir();
    const [source, layout] = [join(dir, 'source'), join(dir, 'layout')];
    await ok('umoci', ['init', '--layout', source]);
    await ok('umoci', ['new', '--image', `${source}:v1`]);
    await skopeoCopy(`oci:${source}:v1`, `oci:${layout}:v1`);
    await expectBare(layout);
    await attachAndFind(layout);

    const image = await resolve(`${layout}:v1`);
    expect(digestOf(await ok('skopeo', ['inspect', '--raw', `oci:${layout}:v1`]))).toBe(image);
    const other = await writeImage(join(dir, 'other'), 'other', 'another image');
    await skopeoCopy(`oci:${other.directory}:other`, `oci:${layout}:other`);
    expect(await resolve(`${layout}:other`)).toBe(other.digest);
    expect((await discover(`${layout}:v1`)).referrers).toHaveLength(1);
    expect((await discover(`${layout}:other`)).referrers).toEqual([]);
    await checkedEntries(layout);
  });

  it('with a full name as its tag is found by the tag part', async () => {
    const dir = await tempDir();
    const image = await writeImage(join(dir, 'image'), 'v1', 'named');
    const place = layoutPlace(join(dir, 'layout'));
    await skopeoCopy(`oci:${image.directory}:v1`, place.skopeo(':registry.example/team/app:v1'));
    expect(await resolve(place.at(':v1'))).toBe(image.digest);
  });
});
