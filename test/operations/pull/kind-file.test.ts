import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readText } from '../../io/tar/support/archives.js';
import { pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import {
  attachBundle,
  cosignTag,
  DSSE,
  envelope,
  layered,
  PROVENANCE_PREDICATE,
  SPDX,
  statement,
} from '../support/mechanisms.js';
import { newLayout } from '../support/places.js';
import { fails, fetch, layerOf, pullFrom, sbom, stream, v1 } from './support/pulling.js';

describe('a file that is fetched by its kind', () => {
  it.each(['../../evil', '/etc/evil', 'a\u0000b', '..'])('is not written where the title %j leads', async (title) => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const annotations = { 'org.opencontainers.image.title': title };
    await cosignTag(store, descriptor, '.sbom', { type: 'application/spdx+json', text: SPDX, annotations });
    await fails(store, 'MALFORMED', {});
    expect((await fetch(store, { name: 'd/{title}' })).names).toEqual([expect.stringMatching(/^d\/[^/]+$/)]);
  });

  it.each([false, true])(
    'writes nothing of one that is damaged, and the others (unwrapped: %s)',
    async (isUnwrapped) => {
      const store = await newLayout();
      const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
      const text = statement();
      await attachBundle(store, descriptor, text);
      const manifest = await attachBundle(store, descriptor, `${text}\n`);
      const { digest, size } = layerOf(manifest);
      await writeFile(join(store.directory, 'blobs', digest.replace(':', '/')), Buffer.alloc(size, 'x'));
      const { result, names } = await fetch(store, { selection: { ...sbom, all: true }, unwrap: isUnwrapped });
      expect(result.incomplete).toMatchObject([{ error: { code: 'DIGEST_MISMATCH' } }]);
      expect(names).toHaveLength(1);
      await expect(
        stream(store, { selection: { digest: manifest.descriptor.digest }, unwrap: isUnwrapped }),
      ).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
      });
    },
  );

  it('is left alone when it is right, unwrapped as well, and never replaced where that is not wanted', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await cosignTag(store, descriptor, '.att', {
      type: DSSE,
      text: envelope(statement('{"a":1}', PROVENANCE_PREDICATE)),
      annotations: { predicateType: PROVENANCE_PREDICATE },
    });
    const output = await tempDir();
    const options = {
      selector: v1,
      selection: { kind: 'provenance' },
      unwrap: true,
      name: 'p{ext}',
      output,
    } as const;
    for (const result of ['written', 'unchanged'])
      expect((await pullFrom(store, options)).artifacts[0]?.files).toMatchObject([{ result }]);
    await writeFile(join(output, 'p.json'), 'mine');
    await expect(pullFrom(store, { ...options, noClobber: true })).rejects.toMatchObject({ code: 'EXISTS' });
    expect(await readText(output, 'p.json')).toBe('mine');
  });

  it('may be too large to unwrap', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const manifest = await attachBundle(store, descriptor);
    const { content } = manifest;
    if (!('layers' in content)) throw new Error('no layers');
    const large = { ...layerOf(manifest), size: 300_000_000 };
    const other = await layered(store, [], { fields: { ...content, layers: [large] } });
    const selection = { digest: other.descriptor.digest };
    expect(await fails(store, 'UNSUPPORTED', { selection, unwrap: true })).toMatchObject({ found: 300_000_000 });
  });
});
