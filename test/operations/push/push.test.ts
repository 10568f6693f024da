import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attach } from '../../../src/operations/attach/attach.js';
import { inspect } from '../../../src/operations/inspect/inspect.js';
import { push } from '../../../src/operations/push/push.js';
import { resolve } from '../../../src/operations/resolve/resolve.js';
import { resultSchemas } from '../../../src/operations/schemas/schemas.js';
import { tag } from '../../../src/operations/tag/tag.js';
import { begin } from '../../store/registry/support/start.js';
import { inDirectory } from '../support/places.js';

const FILES = { 'a.txt': 'a', 'sbom.spdx.json': '{"spdxVersion":"SPDX-2.3"}' };

async function places() {
  const directory = await inDirectory(FILES);
  const { registry } = await begin();
  return { directory, targets: [`${registry.host}/team/other`, 'oci:./layout'] };
}

describe('push to a place that is written as text', () => {
  it('takes paths and many tags, and its result leads on without a cast', async () => {
    for (const target of (await places()).targets) {
      const pushed = await push(`${target}:v1,latest`, ['a.txt'], { tags: ['v1', 'more'] });
      expect(pushed).toMatchObject({ tags: ['v1', 'latest', 'more'], result: 'written' });
      expect((await resolve(`${target}:latest`)).digest).toBe(pushed.digest);
      const attached = await attach(pushed.reference, ['sbom.spdx.json']);
      expect(attached.subject.digest).toBe(pushed.digest);
      expect((await inspect(attached.reference)).subject?.digest).toBe(pushed.digest);
      expect((await tag(pushed.reference, ['again'])).tags).toEqual(['again']);
    }
  });

  it('has the manifest for programs, and not in JSON', async () => {
    await inDirectory(FILES);
    const pushed = await push('oci:./layout:v1', ['a.txt']);
    expect(pushed.manifest.descriptor.digest).toBe(pushed.digest);
    const json = JSON.parse(JSON.stringify(pushed));
    expect(resultSchemas.push.parse(json)).not.toHaveProperty('manifest');
    const attached = await attach('oci:./layout:v1', ['sbom.spdx.json']);
    expect(attached.manifest.descriptor.digest).toBe(attached.digest);
    expect(resultSchemas.attach.parse(JSON.parse(JSON.stringify(attached)))).not.toHaveProperty('manifest');
  });

  it('refuses a digest, which only the content decides', async () => {
    await inDirectory(FILES);
    const digest = `sha256:${'0'.repeat(64)}`;
    for (const dryRun of [undefined, true])
      await expect(push(`oci:./layout@${digest}`, ['a.txt'], { dryRun })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
  });
});

describe('a dry run', () => {
  it('tells what push and attach would write, and writes nothing but the exported manifest', async () => {
    const { directory, targets } = await places();
    for (const [index, target] of targets.entries()) {
      const exportManifest = join(directory, `${index}.json`);
      const told = await push(`${target}:v1`, ['a.txt'], { dryRun: true, exportManifest });
      await expect(resolve(`${target}:v1`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await readFile(exportManifest)).toEqual(Buffer.from(told.bytes));
      const shown = resultSchemas.push.parse(JSON.parse(JSON.stringify(told)));
      expect(shown).toEqual({ ...told, manifest: JSON.parse(String(told.bytes)) });
      expect((await push(`${target}:v1`, ['a.txt'])).digest).toBe(told.digest);
      const toAttach = await attach(`${target}:v1`, ['sbom.spdx.json'], { dryRun: true });
      expect((await attach(`${target}:v1`, ['sbom.spdx.json'])).digest).toBe(toAttach.digest);
    }
  });
});

it('looks at the file for the manifest before anything is written', async () => {
  const directory = await inDirectory(FILES);
  const exportManifest = directory;
  await expect(push('oci:./layout:v1', ['a.txt'], { exportManifest })).rejects.toMatchObject({ code: 'EXISTS' });
  await expect(resolve('oci:./layout:v1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
