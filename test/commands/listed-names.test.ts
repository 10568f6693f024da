import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFiles, tarOf } from '../io/tar/support/archives.js';
import { membersOf } from '../store/archive/support/packed.js';
import { HandWrittenLayout, REF_NAME, tagged } from '../store/layout/support/by-hand.js';
import { failureHere, runHere } from './support/in-process.js';
import { SBOM, withImage } from './support/run.js';

const NAMES = [
  'docker.io/library/a:latest',
  'docker.io/library/b:latest',
  'localhost:5000/c:v1',
  'localhost:5000/d',
  '_e__f',
];

/** A layout with full names in a directory, an archive of it beside it, and files to attach. */
async function named(names: readonly string[] = NAMES) {
  const layout = await HandWrittenLayout.begin();
  const images = await Promise.all(names.map((name) => layout.image(name)));
  await layout.index(images.map((image, index) => tagged(image, names[index] ?? '')));
  const cwd = join(layout.directory, '..');
  await makeFiles(cwd, { 'sbom.json': '{"spdxVersion":"SPDX-2.3"}', 'x.txt': 'x' });
  const pack = async () => writeFile(join(cwd, 'x.tar'), await tarOf(await membersOf(layout.directory)));
  await pack();
  const entries = async (): Promise<{ digest: string; annotations?: Record<string, string> }[]> =>
    JSON.parse(await layout.readIndex()).manifests;
  const holder = async (name: string) =>
    (await entries()).find(({ annotations }) => annotations?.[REF_NAME] === name)?.digest;
  return { layout, images, cwd, pack, holder, run: (...args: string[]) => runHere(args, cwd) };
}

describe.each(['oci:layout', './layout', 'oci-archive:x.tar', './x.tar'])('in %s', (place) => {
  it('each listed name is resolved', async () => {
    const { images, run } = await named();
    const { stdout } = await run('repo', 'tags', place);
    expect(stdout.trim().split('\n')).toEqual(NAMES.toSorted());
    for (const [index, name] of NAMES.entries())
      expect(await run('resolve', `${place}:${name}`)).toEqual({
        code: 0,
        stdout: `${images[index]?.digest}\n`,
        stderr: '',
      });
    expect((await run('resolve', `${place}:v1`)).stdout).toBe(`${images[2]?.digest}\n`);
  });

  it('a name goes with a digest, which must be its own', async () => {
    const { images, cwd, run } = await named();
    const [a, b] = images.map(({ digest }) => digest);
    expect((await run('resolve', `${place}:${NAMES[0]}@${a}`)).stdout).toBe(`${a}\n`);
    const { code } = await failureHere(7, ['resolve', `${place}:${NAMES[0]}@${b}`], cwd);
    expect(code).toBe('CHANGED');
  });

  it('a tag that several names have is refused with these names', async () => {
    const { cwd } = await named();
    const { code, hint } = await failureHere(7, ['resolve', `${place}:latest`], cwd);
    expect([code, hint]).toEqual(['AMBIGUOUS', `Name one of them: ${NAMES.slice(0, 2).join(', ')}`]);
  });
});

describe('a full name chooses for every command', () => {
  it('that writes: attach, discover, pull, detach, tag, delete', async () => {
    const { images, cwd, run, holder } = await named();
    const [a, b] = images.map(({ digest }) => digest);
    const [first, second] = NAMES.slice(0, 2).map((name) => `oci:layout:${name}`);
    if (first === undefined || second === undefined) throw new Error('there are names');
    expect((await run('attach', '--artifact-type', SBOM, first, 'sbom.json')).code).toBe(0);
    expect((await run('discover', first, '--require', 'sbom')).code).toBe(0);
    expect((await run('discover', second)).stderr).toContain('nothing is attached');
    expect((await run('pull', '--kind', 'sbom', first, '-o', 'out')).code).toBe(0);
    expect(await readFile(join(cwd, 'out', 'sbom.json'), 'utf8')).toContain('SPDX-2.3');
    expect((await run('tag', second, 'stable')).stdout).toBe('oci:layout:stable\n');
    expect(await holder('stable')).toBe(b);
    expect((await run('detach', '--all', '--yes', first)).code).toBe(0);
    expect((await run('discover', first)).stderr).toContain('nothing is attached');
    expect((await run('manifest', 'get', second)).stdout).toContain('schemaVersion');
    expect((await run('manifest', 'delete', '--yes', 'oci:layout:localhost:5000/d')).code).toBe(0);
    expect(await holder('localhost:5000/d')).toBeUndefined();
    expect(await holder(NAMES[0] ?? '')).toBe(a);
  });

  it('that is a target: push and copy, with several names', async () => {
    const { run, holder, images } = await named();
    const pushed = await run('push', 'oci:layout:docker.io/library/new:v1,v2', 'x.txt', '--json');
    const { digest } = JSON.parse(pushed.stdout);
    expect([await holder('docker.io/library/new:v1'), await holder('docker.io/library/new:v2')]).toEqual([
      digest,
      digest,
    ]);
    expect((await run('copy', `oci:layout:${NAMES[1]}`, `oci:layout:${NAMES[0]}`)).code).toBe(0);
    expect(await holder(NAMES[0] ?? '')).toBe(images[1]?.digest);
    expect((await run('copy', `oci:layout:${NAMES[2]}`, 'oci:other')).code).toBe(0);
    expect((await run('repo', 'tags', 'oci:other')).stdout).toBe(`${NAMES[2]}\n`);
    expect((await run('resolve', `oci:other:${NAMES[2]}`)).stdout).toBe(`${images[2]?.digest}\n`);
  });

  it('that is copied to a registry, under its tag', async () => {
    const { registry } = await withImage();
    const { run, images } = await named();
    expect((await run('copy', `./layout:${NAMES[2]}`, `${registry.host}/c`)).code).toBe(0);
    expect((await run('resolve', `${registry.host}/c:v1`)).stdout).toBe(`${images[2]?.digest}\n`);
  });

  it('but a malformed name is not written', async () => {
    const { cwd } = await named();
    const { message } = await failureHere(2, ['push', 'oci:layout:_x', 'x.txt'], cwd);
    expect(message).toContain('malformed tag');
    await failureHere(2, ['push', 'oci:layout:a b/c:v1', 'x.txt'], cwd);
  });
});

describe('the boundary between path and name', () => {
  it('is behind the longest path that exists', async () => {
    const { images, cwd, run, pack } = await named(['v1']);
    await pack();
    await mkdir(join(cwd, 'me@work:5000'));
    await run('copy', '--all-tags', 'oci:layout', 'oci:me@work:5000/layout');
    await copyFile(join(cwd, 'x.tar'), join(cwd, 'x:y.tar'));
    await copyFile(join(cwd, 'x.tar'), join(cwd, 'plain'));
    const digest = `${images[0]?.digest}\n`;
    for (const place of [
      'oci:me@work:5000/layout:v1',
      'oci:me@work:5000/layout',
      './me@work:5000/layout:v1',
      './x:y.tar',
      './x:y.tar:v1',
      'oci-archive:x:y.tar:v1',
      'oci-archive:plain:v1',
    ])
      expect([place, (await run('resolve', place)).stdout]).toEqual([place, digest]);
  });

  it('is the last colon where nothing is there', async () => {
    const { cwd, run } = await named(['v1']);
    const { message } = await failureHere(3, ['resolve', 'oci:none:docker.io/a:v1'], cwd);
    expect(message).toContain('none:docker.io/a does not exist');
    expect((await run('push', './new:v2', 'x.txt')).code).toBe(0);
    expect((await run('repo', 'tags', './new')).stdout).toBe('v2\n');
  });

  it("is not looked for in a directory of skopeo's, which has no names", async () => {
    const { cwd, images, layout, run } = await named(['v1']);
    await mkdir(join(cwd, 'image'));
    const blob = join(layout.directory, 'blobs', 'sha256', images[0]?.digest.slice(7) ?? '');
    await copyFile(blob, join(cwd, 'image', 'manifest.json'));
    expect((await run('resolve', `dir:image@${images[0]?.digest}`)).stdout).toBe(`${images[0]?.digest}\n`);
    const { hint } = await failureHere(3, ['resolve', 'dir:image:docker.io/library/a:latest'], cwd);
    expect(hint).toBe("Write dir:image: a directory of skopeo's has no tags");
  });
});
