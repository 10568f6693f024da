import { expect, it } from 'vitest';
import { push } from '../../../src/operations/push/push.js';
import { listRepositories } from '../../../src/operations/repo/list-repositories.js';
import { begin } from '../../store/registry/support/start.js';
import { inDirectory } from '../support/places.js';

it('lists the repositories of a registry, all or those of a team, and the layouts below a directory', async () => {
  await inDirectory();
  const { registry } = await begin();
  const file = { content: 'a', name: 'a' };
  for (const name of ['team/b', 'team/a', 'other']) {
    await push(`${registry.host}/${name}:v1`, [file]);
    await push(`oci:./layouts/${name}:v1`, [file]);
  }
  const all = await listRepositories(registry.host);
  expect(all).toEqual({ registry: registry.host, repositories: expect.arrayContaining(['other', 'team/a', 'team/b']) });
  expect((await listRepositories(`${registry.host}/team`)).repositories.slice(0, 1)).toEqual(['team/a']);
  expect(await listRepositories('oci:./layouts')).toMatchObject({ repositories: ['other', 'team/a', 'team/b'] });
});
