import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { check } from '../../../src/operations/check/check.js';
import { examine } from '../../../src/operations/check/examine.js';
import { mendableLayout, repair } from '../../../src/operations/check/repair.js';
import { openSource, openStore } from '../../../src/store/open.js';
import { tarOf } from '../../io/tar/support/archives.js';
import { membersOf } from '../../store/archive/support/packed.js';
import { INDEX, REF_NAME } from '../../store/layout/support/by-hand.js';
import { begin } from '../../store/registry/support/start.js';
import { tree } from '../../support/temp.js';
import { put } from '../support/attached.js';
import { discovered } from '../support/discovered.js';
import { CheckDraft, SCAN } from './support/draft.js';

/** Repairs a layout, and checks that it is whole then. */
async function repaired(draft: CheckDraft): Promise<void> {
  await draft.check({ fix: true });
  expect((await draft.check()).findings.filter(({ fixable }) => fixable)).toEqual([]);
}

describe('repair', () => {
  it('keeps tags, blobs, and what it does not know', async () => {
    const draft = await CheckDraft.begin();
    const scan = await draft.attached();
    await draft.regctl([draft.sbom, { ...scan, artifactType: 'application/vnd.other', more: ['kept'] }]);
    await draft.addEntry({ ...draft.sbom, digest: `sha256:${'0'.repeat(64)}` });
    await draft.editIndex((document) => ({ ...document, more: { kept: true } }));
    await draft.put('notes.txt');
    const before = await tree(draft.directory);
    await repaired(draft);
    const after = await tree(draft.directory);
    expect(after).toEqual(expect.arrayContaining(before));
    const index = JSON.parse(await draft.layout.readIndex());
    expect(index.more).toEqual({ kept: true });
    expect(index.manifests).toHaveLength(4);
    const tags = index.manifests.flatMap(
      (entry: { annotations?: Record<string, string> }) => entry.annotations?.[REF_NAME] ?? [],
    );
    expect(tags).toEqual(['v1', referrersTag(draft.index.digest)]);
    const [list] = index.manifests.filter(
      (entry: { mediaType: string; digest: string }) =>
        entry.mediaType === INDEX && entry.digest !== draft.index.digest,
    );
    const { manifests } = JSON.parse(await readFile(draft.path(list), 'utf8'));
    expect(manifests).toEqual([draft.sbom, { ...scan, more: ['kept'] }]);
  });

  it('makes one list for each subject, of all that is attached to it', async () => {
    const draft = await CheckDraft.begin();
    const scan = await draft.attached();
    await draft.remove(await draft.regctl([draft.sbom]));
    await draft.olareg([]);
    await repaired(draft);
    const source = await draft.open();
    const { result } = await discovered(source, draft.index, { depth: 1 });
    expect(result.referrers.map(({ digest, via }) => [digest, [...via].sort()]).sort()).toEqual(
      [draft.sbom, scan].map(({ digest }) => [digest, ['layout-entry', 'layout-referrers', 'layout-tag']]).sort(),
    );
  });

  it('changes no byte where there is nothing to repair', async () => {
    const draft = await CheckDraft.begin();
    await draft.put('notes.txt');
    const before = [await draft.layout.readIndex(), await tree(draft.directory)];
    const layout = mendableLayout(await draft.open());
    expect((await repair(layout, await examine(layout))).fixed).toEqual([]);
    expect((await draft.check({ fix: true })).findings).toHaveLength(1);
    expect([await draft.layout.readIndex(), await tree(draft.directory)]).toEqual(before);
  });

  it('loses nothing that others attach meanwhile', async () => {
    const draft = await CheckDraft.begin();
    await draft.attached();
    await draft.regctl([]);
    const layout = mendableLayout(await draft.open());
    const examination = await examine(layout);
    const store = await openStore({ kind: 'layout', path: draft.directory });
    const [, ...others] = await Promise.all([
      repair(layout, examination),
      ...[1, 2, 3, 4, 5].map((n) => put(store, draft.index, SCAN, `${n}`)),
    ]);
    const { result } = await discovered(await draft.open(), draft.index, { depth: 1 });
    expect(result.referrers).toHaveLength(7);
    for (const { digest } of others)
      expect(result.referrers.find((node) => node.digest === digest)?.via).toEqual(['layout-entry', 'layout-tag']);
    expect((await draft.check()).findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });

  it('is for layout directories', async () => {
    const draft = await CheckDraft.begin();
    const { store } = await begin();
    const path = `${draft.directory}.tar`;
    await writeFile(path, await tarOf(await membersOf(draft.directory)));
    const archive = await openSource({ kind: 'archive', path });
    const result = await check(archive);
    expect([result.findings, result.incomplete]).toEqual([[], []]);
    for (const source of [store, archive])
      await expect(check(source, { fix: true })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await archive.close();
  });
});
