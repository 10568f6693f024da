import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { certificatePlaces, directoryNames, findDirectory } from '../../../src/io/certificates/places.js';
import { tempDir } from '../../support/temp.js';

it('come from the user before the system', () => {
  expect(certificatePlaces({ HOME: '/h' })).toEqual([
    '/h/.config/containers/certs.d',
    '/h/.config/docker/certs.d',
    '/h/.docker/certs.d',
    '/etc/containers/certs.d',
    '/etc/docker/certs.d',
  ]);
  expect(certificatePlaces({ HOME: '/h', XDG_CONFIG_HOME: '/x', DOCKER_CONFIG: '/d' }).slice(0, 3)).toEqual([
    '/h/.config/containers/certs.d',
    '/x/docker/certs.d',
    '/d/certs.d',
  ]);
});

it.each([
  ['https://reg.example:5000', ['reg.example:5000']],
  ['https://reg.example', ['reg.example', 'reg.example:443']],
  ['https://reg.example:443', ['reg.example', 'reg.example:443']],
  ['https://[::1]:5000', ['[::1]:5000']],
  ['https://../', []],
  ['https://%2e%2e:443/', []],
  ['https://registry-1.docker.io', ['docker.io', 'docker.io:443', 'registry-1.docker.io', 'registry-1.docker.io:443']],
])('of %s are named %s', (origin, names) => {
  expect(directoryNames(new URL(origin))).toEqual(names);
});

it('have one directory for a host: the first', async () => {
  const base = await tempDir();
  const [first, second] = [join(base, 'first'), join(base, 'second')];
  await mkdir(join(second, 'reg.example'), { recursive: true });
  await mkdir(join(first, 'reg.example:443'), { recursive: true });
  await mkdir(join(second, 'other.example:5000'));
  const find = (origin: string) => findDirectory(new URL(origin), [join(base, 'none'), first, second]);
  expect(await find('https://reg.example')).toBe(join(first, 'reg.example:443'));
  expect(await find('https://other.example:5000')).toBe(join(second, 'other.example:5000'));
  expect(await find('https://other.example')).toBeUndefined();
  expect(await find('https://example')).toBeUndefined();
  await writeFile(join(first, 'file.example'), '');
  await expect(find('https://file.example')).rejects.toMatchObject({
    code: 'IO',
    message: expect.stringContaining('file.example is not a directory'),
  });
});
