import { appendFile, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFiles } from '../../io/tar/support/archives.js';
import { tempDir, tree } from '../../support/temp.js';
import { failureHere, runHere } from '../support/in-process.js';
import { failure, SBOM, withImage } from '../support/run.js';
import { start, until } from '../support/start.js';

const ATTACH = ['attach', '--artifact-type', SBOM];

describe('a file that cannot be packed', () => {
  it('is named when it is missing, and nothing is written: no layout, no manifest', async () => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'a.txt'), 'a');
    const args = ['push', 'oci:./out:v1', 'a.txt', 'none.txt', '--export-manifest', 'manifest.json'];
    const error = await failure(3, args, { cwd });
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      message: 'none.txt does not exist',
      hint: `Check the path; the current directory is ${cwd}`,
    });
    expect(await tree(cwd)).toEqual(['a.txt']);
  });

  it('is named when it is a socket', async () => {
    const cwd = await tempDir();
    const server = createServer().listen(join(cwd, 'a.sock'));
    onTestFinished(() => void server.close());
    const error = await failure(1, ['push', 'oci:./out:v1', 'a.sock'], { cwd });
    expect(error).toMatchObject({ code: 'IO', message: 'a.sock is a socket, wanted a file or directory' });
    expect(await tree(cwd)).toEqual(['a.sock']);
  });

  it('is named when it is unreadable', async () => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'secret.txt'), 'secret', { mode: 0o000 });
    await chmod(cwd, 0o777);
    // Nothing is unreadable for root.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    for (const more of [[], ['--json']]) {
      const { child, done } = start(['push', 'oci:./out:v1', 'secret.txt', ...more], { cwd, ...nobody });
      child.stdin.end();
      const { code, stdout, stderr } = await done;
      expect([code, stdout + stderr]).toEqual([1, expect.stringContaining('secret.txt cannot be accessed')]);
    }
    expect(await tree(cwd)).toEqual(['secret.txt']);
  });

  it('does not reach a registry: not one request', async () => {
    const { registry, image } = await withImage();
    await failureHere(3, [...ATTACH, image, 'none.txt'], await tempDir());
    await failureHere(3, ['push', `${registry.host}/team/new:v1`, 'none.txt'], await tempDir());
    expect(registry.requests).toEqual([]);
  });

  it('is named when it changes while it is read, and nothing is tagged', async () => {
    const cwd = await tempDir();
    await makeFiles(cwd, { 'log.txt': 'x'.repeat(1000) });
    for (const more of [[], ['--json']]) {
      const args = ['push', 'oci:./out:v1', '-:first', 'log.txt', '--concurrency', '1', ...more];
      const { child, done } = start(args, { cwd });
      // More than is read to tell what it is.
      child.stdin.write('first half'.repeat(200_000));
      // The layout is complete and something is on its way into it: all files have been looked at.
      await until(async () => {
        const files = await tree(cwd);
        return files.includes('out/oci-layout') && files.some((name) => /^out\/[^/]+\.tmp$/.test(name));
      });
      await appendFile(join(cwd, 'log.txt'), 'more');
      child.stdin.end('second half');
      const { code, stdout, stderr } = await done;
      expect([code, stdout + stderr]).toEqual([7, expect.stringContaining('log.txt changed while it was read')]);
      expect(JSON.parse(await readFile(join(cwd, 'out/index.json'), 'utf8'))).toMatchObject({ manifests: [] });
      expect((await tree(cwd)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    }
  });
});

describe('a place that is not there', () => {
  it('tells which layout, and creates none', async () => {
    const cwd = await tempDir();
    const error = await failureHere(3, ['discover', 'oci:./none:v1'], cwd);
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: 'image layout ./none does not exist' });
    await mkdir(join(cwd, 'other'));
    await writeFile(join(cwd, 'other', 'file'), '');
    expect(await failureHere(3, ['inspect', './other'], cwd)).toMatchObject({
      message: './other is not an OCI image layout: it has no oci-layout file',
    });
    expect(await failureHere(7, ['push', './other:v1'], cwd)).toMatchObject({ code: 'EXISTS' });
    expect(await tree(cwd)).toEqual(['other/file']);
  });

  it('suggests the tags that there are', async () => {
    const cwd = await tempDir();
    await runHere(['push', 'oci:./out:v1,v1.0'], cwd);
    const before = await tree(cwd);
    const error = await failureHere(3, [...ATTACH, 'oci:./out:v2'], cwd);
    expect(error).toMatchObject({
      message: 'oci:./out has no tag "v2"',
      candidates: ['v1', 'v1.0'],
      hint: 'It has v1, v1.0',
    });
    expect(await tree(cwd)).toEqual(before);

    const { registry, image } = await withImage();
    const elsewhere = image.replace(':v1', ':v2');
    const missing = await failureHere(3, [...ATTACH, elsewhere], cwd);
    expect(missing).toMatchObject({
      message: `${elsewhere} does not exist`,
      candidates: ['v1'],
      hint: 'It has the tags v1',
    });
    expect(missing.text).toContain('It has the tags v1');
    expect(registry.repository('team/app').blobs.size).toBe(2);
  });

  it('lists the platforms that there are', async () => {
    const { registry } = await withImage();
    const [digest, manifest] = [...registry.repository('team/app').manifests][0] ?? [];
    const child = { mediaType: manifest?.mediaType, digest, size: manifest?.bytes.length };
    const platform = { os: 'linux', architecture: 'arm64' };
    const type = 'application/vnd.oci.image.index.v1+json';
    registry.putManifest(
      'team/app',
      { schemaVersion: 2, mediaType: type, manifests: [{ ...child, platform }] },
      { tag: 'multi' },
    );
    const cwd = await tempDir();
    const args = ['resolve', `${registry.host}/team/app:multi`, '--platform', 'linux/amd64'];
    expect(await failureHere(3, args, cwd)).toMatchObject({ code: 'NO_MATCH', hint: 'It has linux/arm64' });
    const { stderr } = await runHere(['discover', `${registry.host}/team/app:multi`], cwd);
    expect(stderr).toBe('remora: nothing is attached\n');
  });
});
