import { cp, readFile, rm, truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { type CheckOptions, check } from '../../../src/operations/check/check.js';
import type { Source } from '../../../src/store/interfaces/store.js';
import { openSource } from '../../../src/store/open.js';
import { begin } from '../../store/registry/support/start.js';
import { CheckDraft } from './support/draft.js';

/** A layout, and a copy of it from which things are brought back. */
async function twice() {
  const draft = await CheckDraft.begin();
  const manifest = await draft.artifact();
  const file = await draft.layout.blob('file of artifact', 'text/plain');
  const copy = `${draft.directory}-copy`;
  await cp(draft.directory, copy, { recursive: true });
  return { draft, manifest, file, copy, from: await openSource({ kind: 'layout', path: copy }) };
}

const damages: readonly (readonly [string, (draft: CheckDraft, of: Descriptor) => Promise<void>])[] = [
  ['missing', (draft, of) => draft.remove(of)],
  ['changed, in its size', (draft, of) => draft.flip(of)],
  ['cut off', (draft, of) => truncate(draft.path(of), 3)],
  ['too long', (draft, of) => draft.grow(of)],
];

describe('check with another copy', () => {
  it.each(damages)('brings content back that is %s', async (_what, damage) => {
    const { draft, manifest, file, copy, from } = await twice();
    const wanted = await Promise.all([manifest, file].map((of) => readFile(draft.path(of))));
    await damage(draft, file);
    await damage(draft, manifest);
    expect((await draft.check()).findings.some(({ severity }) => severity === 'error')).toBe(true);
    const result = await draft.check({ fetchFrom: from });
    expect(result.findings).toEqual([]);
    expect(result.fixed?.map(({ digest }) => digest).sort()).toEqual([file.digest, manifest.digest].sort());
    expect(await Promise.all([manifest, file].map((of) => readFile(draft.path(of))))).toEqual(wanted);
    expect((await draft.check()).findings).toEqual([]);
    await rm(copy, { recursive: true });
  });

  it('goes on below a manifest that it brought back', async () => {
    const { draft, from } = await twice();
    await draft.remove('blobs');
    const result = await draft.check({ fetchFrom: from });
    expect([result.findings, result.fixed?.length]).toEqual([[], 12]);
    expect((await draft.check()).findings).toEqual([]);
  });

  it('says what it would bring back, and changes nothing', async () => {
    const { draft, manifest, file, from } = await twice();
    await draft.remove(manifest);
    await draft.flip(file);
    const before = await readFile(draft.path(file));
    const result = await draft.check({ fetchFrom: from, dryRun: true });
    expect(result).toMatchObject({ dryRun: true, findings: [] });
    expect(result.fixed).toHaveLength(2);
    expect(await readFile(draft.path(file))).toEqual(before);
    expect((await draft.check()).findings.map(({ code }) => code)).toContain('tag-missing');
  });

  it('leaves what is damaged in the other copy, too, and what is not there', async () => {
    const { draft, manifest, file, copy, from } = await twice();
    await draft.flip(file);
    await cp(draft.path(file), file.digest.replace(':', '/').replace(/^/, `${copy}/blobs/`));
    expect(await draft.check({ fetchFrom: from })).toMatchObject({
      findings: [{ code: 'blob-digest' }],
      incomplete: [],
      fixed: [],
    });
    await draft.remove(manifest);
    await rm(`${copy}/blobs/${manifest.digest.replace(':', '/')}`);
    const result = await draft.check({ fetchFrom: from });
    expect(result.findings.map(({ code }) => code)).toContain('tag-missing');
  });

  it('brings back from a registry, and tells where it could not ask', async () => {
    let fault: { status: number } | undefined;
    const { registry, store } = await begin({ fault: () => fault });
    const { draft, manifest, file } = await twice();
    registry.putBlob('team/app', 'file of artifact');
    registry.putBlob('team/app', '{}');
    registry.putManifest('team/app', await readFile(draft.path(manifest)));
    await draft.flip(file);
    await draft.remove(manifest);
    fault = { status: 403 };
    const refused = await draft.check({ fetchFrom: store });
    expect(refused.incomplete[0]?.error).toMatchObject({ code: 'FORBIDDEN' });
    expect(refused.findings.map(({ code }) => code)).toContain('tag-missing');
    fault = undefined;
    const result = await draft.check({ fetchFrom: store });
    expect([result.findings, result.incomplete]).toEqual([[], []]);
    expect((await draft.check()).findings).toEqual([]);
  });

  it('changes nothing but layout directories', async () => {
    const { from } = await twice();
    const { store } = await begin();
    const options: CheckOptions = { fetchFrom: from };
    const refused: readonly Source[] = [store];
    for (const source of refused)
      await expect(check({ store: source, tag: 'v1' }, options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
