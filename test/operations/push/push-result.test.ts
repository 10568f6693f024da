import { expect, it, onTestFinished } from 'vitest';
import { parseReference } from '../../../src/oci/names/reference.js';
import { push } from '../../../src/operations/push/push.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { openRegistry } from '../../../src/store/registry/store.js';
import { startRegistry } from '../../support/registry.js';
import { tempDir } from '../../support/temp.js';

it.each(['layout', 'registry'])('says that an artifact was there when only its tag is new, in a %s', async (kind) => {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  const open = async (): Promise<Store> =>
    kind === 'layout'
      ? openLayout(directory, { create: true })
      : openRegistry(parseReference(`${registry.host}/team/app`), { access: 'write' });
  const directory = `${await tempDir()}/layout`;
  const files = [{ name: 'a.txt', content: 'a' }];
  expect((await push(await open(), files, { tags: ['v1'] })).result).toBe('written');
  expect((await push(await open(), files, { tags: ['v2'] })).result).toBe('exists');
  expect((await push(await open(), files, { tags: ['v2'] })).result).toBe('exists');
  const tags: string[] = [];
  for await (const tag of (await open()).tags()) tags.push(tag);
  expect(tags.toSorted()).toEqual(['v1', 'v2']);
});
