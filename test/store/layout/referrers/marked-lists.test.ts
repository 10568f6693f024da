import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { attach, list, referrerOf } from '../../support/artifacts.js';
import { HandWrittenLayout, REF_NAME, tagged } from '../support/by-hand.js';

const SBOM = 'application/spdx+json';
const SCAN = 'application/sarif+json';
const OLAREG = 'org.olareg.referrer.subject';
const listName = ({ digest }: Descriptor) => digest.replace(':', '-');

interface Entry extends Descriptor {
  readonly annotations?: Readonly<Record<string, string>>;
}

async function entriesOf(layout: HandWrittenLayout): Promise<readonly Entry[]> {
  return JSON.parse(await layout.readIndex()).manifests;
}

/** The document behind a list's entry. */
async function documentOf(layout: HandWrittenLayout, entry: Descriptor | undefined) {
  const bytes = await readFile(join(layout.directory, 'blobs', 'sha256', entry?.digest.slice(7) ?? ''));
  return JSON.parse(parseManifest(bytes).bytes.toString());
}

/** Two images, of which the first has a list with one referrer. */
async function withList(mark: 'name' | 'olareg') {
  const layout = await HandWrittenLayout.begin();
  const [image, other] = [await layout.image('image'), await layout.image('other')];
  const sbom = await layout.referrer(image, SBOM);
  const document = await layout.document({
    manifests: [{ ...sbom, artifactType: SBOM }],
    annotations: { 'x.kept': '1' },
  });
  const entry =
    mark === 'name' ? tagged(document, listName(image)) : { ...document, annotations: { [OLAREG]: image.digest } };
  await layout.index([tagged(image, 'v1'), tagged(other, 'v2'), entry]);
  const isListOf = (subject: Descriptor) => (candidate: Entry) =>
    mark === 'name'
      ? candidate.annotations?.[REF_NAME] === listName(subject)
      : candidate.annotations?.[OLAREG] === subject.digest;
  const listOf = async (subject: Descriptor) => {
    const lists = (await entriesOf(layout)).filter(isListOf(subject));
    expect(lists.length).toBeLessThanOrEqual(1);
    return lists[0] === undefined ? undefined : documentOf(layout, lists[0]);
  };
  return { layout, image, other, sbom, listOf };
}

describe.each(['name', 'olareg'] as const)('a layout with lists marked by %s', (mark) => {
  it('gets what is attached into the list of its subject, and keeps the rest of it', async () => {
    const { layout, image, sbom, listOf } = await withList(mark);
    const scan = referrerOf(image, SCAN, { note: 'new' });
    await attach(await layout.open(), scan);
    const members = (await listOf(image))?.manifests;
    expect(members).toEqual([
      { ...sbom, artifactType: SBOM },
      { ...scan.descriptor, artifactType: SCAN, annotations: { note: 'new' } },
    ]);
    expect(await listOf(image)).toMatchObject({ annotations: { 'x.kept': '1' } });
    // Once more changes nothing.
    const before = await layout.readIndex();
    await attach(await layout.open(), scan);
    expect(await layout.readIndex()).toBe(before);
    expect((await list(await layout.open(), image)).map(({ descriptor }) => descriptor.digest).sort()).toEqual(
      [sbom.digest, scan.descriptor.digest].sort(),
    );
  });

  it('gets a list for a subject that had none, with all that is attached to it', async () => {
    const { layout, other, listOf } = await withList(mark);
    const store = await layout.open();
    const first = referrerOf(other, SCAN, { note: '1' });
    await attach(store, first, { layoutLists: 'none' });
    expect(await listOf(other)).toBeUndefined();
    const second = referrerOf(other, SCAN, { note: '2' });
    await attach(store, second);
    const digests = (await listOf(other))?.manifests.map(({ digest }: Descriptor) => digest);
    expect(digests).toEqual([first.descriptor.digest, second.descriptor.digest]);
  });

  it('loses the entry when the referrer is deleted', async () => {
    const { layout, image, sbom, listOf } = await withList(mark);
    const scan = referrerOf(image, SCAN);
    const { openHostedLayout } = await import('../../../../src/store/layout/hosting/hosted-store.js');
    const store = await openHostedLayout(layout.directory);
    await attach(store, scan);
    expect(await store.deleteManifest(scan.descriptor.digest)).toBe(true);
    expect((await listOf(image))?.manifests).toEqual([{ ...sbom, artifactType: SBOM }]);
  });
});

it('makes no lists in a layout that has none', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  await layout.index([tagged(image, 'v1')]);
  await attach(await layout.open(), referrerOf(image, SBOM));
  expect(await entriesOf(layout)).toHaveLength(2);
});
