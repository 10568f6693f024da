import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { discover, push } from '../../../src/index.js';
import { tempDir } from '../../support/temp.js';

it.each([
  ['sbom.json', '{"spdxVersion":"SPDX-2.3"}', 'JSON'],
  ['cosign.pub', '-----BEGIN PUBLIC KEY-----\n', 'PEM'],
  ['notes.txt', 'hello\n', 'text'],
])('a file where an image is wanted is attached by another command: %s', async (name, content, kind) => {
  const path = join(await tempDir(), name);
  writeFileSync(path, content);
  for (const place of [path, `oci:${path}`, `${path}:v1`])
    await expect(discover(place)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `${path} is a file of ${kind}, wanted an image, a layout or an archive`,
      hint: `Write the image first: remora attach IMAGE ${path} attaches the file`,
    });
});

it('a file of other data may be an archive', async () => {
  const path = join(await tempDir(), 'image');
  writeFileSync(path, Buffer.from([0x1f, 0x8b, 0, 0]));
  await expect(discover(path)).rejects.toMatchObject({ hint: expect.stringContaining(`oci-archive:${path}`) });
});

it('the tag of a layout stands behind a colon', async () => {
  const folder = await tempDir();
  const layout = join(folder, 'layout');
  writeFileSync(join(folder, 'a.txt'), 'a');
  await push(`oci:${layout}:v1`, [join(folder, 'a.txt')]);
  await expect(discover(`${layout}@v1`)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    hint: `Write oci:${layout}:v1 for its tag v1`,
  });
});
