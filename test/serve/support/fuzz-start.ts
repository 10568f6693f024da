import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tempDir, tree } from '../../support/temp.js';
import { type Answer, Served } from './start.js';

/** A registry in a directory with neighbours, and a look at them. */
export async function begin() {
  const parent = await tempDir();
  const directory = join(parent, 'deep', 'root');
  await mkdir(directory, { recursive: true });
  await writeFile(join(parent, 'secret'), 'not to be read');
  const served = await Served.start({ directory, limits: { manifestBytes: 100_000 } });
  const image = await served.image('a/b', 'one', {}, 'v1');
  const outside = async () => (await tree(parent)).filter((path) => !path.startsWith('deep/root/'));
  const before = await outside();
  return {
    served,
    image,
    unharmed: async () => {
      expect(await outside()).toEqual(before);
      expect((await served.send('GET', '/v2/a/b/manifests/v1')).body.length).toBe(image.size);
      expect(served.log.filter(({ status }) => status >= 500)).toEqual([]);
    },
  };
}

/** A success, or an error as the specification writes it. */
export function expectProper(answer: Answer, what: string): void {
  const shown = `${what}: ${answer.status} ${answer.body.toString('utf8', 0, 300)}`;
  expect(answer.status, shown).toBeLessThan(500);
  if (answer.status < 400 || answer.body.length === 0) return;
  expect(JSON.parse(answer.body.toString()), shown).toMatchObject({
    errors: [{ code: expect.stringMatching(/^[A-Z_]+$/), message: expect.any(String) }],
  });
  expect(answer.body.toString()).not.toContain('not to be read');
}

/** The status line of each answer. The parser of node answers what is no HTTP, without a body. */
export function statuses(answer: Buffer): number[] {
  return [...answer.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}
