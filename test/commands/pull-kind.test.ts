import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePlace } from '../../src/oci/names/place.js';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { openLayout } from '../../src/store/layout/store.js';
import { attachBundle, buildkitIndex, cosignTag, SPDX } from '../operations/support/mechanisms.js';
import { begin } from '../store/registry/support/start.js';
import { pushImage } from '../store/support/artifacts.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';

/** A layout with an image that has an SBOM in a bundle and a scan beside it, and with an index of two platforms. */
async function withThings() {
  const cwd = await tempDir();
  const store = await openLayout(join(cwd, 'layout'), { create: true });
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  await attachBundle(store, descriptor);
  await cosignTag(store, descriptor, '.sbom', { type: 'text/spdx', text: 'SPDXVersion: SPDX-2.3' });
  await buildkitIndex(store);
  return { cwd, descriptor };
}

describe('pull by kind', () => {
  it('says what was written, what it is, and how it was found', async () => {
    const { cwd } = await withThings();
    const pull = ['pull', './layout:v1', '--kind', 'sbom', '--format', 'sigstore-bundle', '--name', 'x{ext}'];
    const via = 'layout-entry';
    expect(await runHere(pull, cwd)).toMatchObject({ code: 0, stderr: '' });
    expect((await runHere(pull, cwd)).stdout).toMatch(
      new RegExp(`^x\\.sigstore\\.json {2}\\d+ B, sbom via ${via}, unchanged\n$`),
    );
    const json = await runHere([...pull, '--json', '--unwrap'], cwd);
    expect(json.stderr).toBe('');
    const result = resultSchemas.pull.parse(JSON.parse(json.stdout));
    const [file] = result.artifacts.flatMap(({ files }) => files);
    expect(Object.keys(file ?? {})).toEqual([
      ...['path', 'mediaType', 'digest', 'size', 'result', 'from', 'kind', 'formats', 'via', 'unwrapped', 'wrapper'],
    ]);
    expect(file).toMatchObject({ path: 'x.spdx.json', from: result.artifacts[0]?.reference, unwrapped: true });
    expect(parsePlace(file?.from ?? '')).toMatchObject({ kind: 'layout' });
  });

  it('tells that unwrapping verifies nothing', async () => {
    const { cwd } = await withThings();
    const pull = ['pull', './layout:v1', '--format', 'sigstore-bundle', '--unwrap', '--stdout'];
    expect(await runHere(pull, cwd)).toEqual({
      code: 0,
      stdout: SPDX,
      stderr: 'remora: unwrapped without verifying the signature\n',
    });
    expect(await readdir(cwd)).toEqual(['layout']);
    const scan = ['pull', './layout:v1', '--format', 'cosign', '--unwrap'];
    expect(await failureHere(3, scan, cwd)).toMatchObject({
      code: 'NO_MATCH',
      hint: expect.stringContaining('--unwrap'),
    });
  });

  it('takes everything at once, of all platforms', async () => {
    const { cwd } = await withThings();
    const name = '{platform}/{kind}{ext}';
    const { stdout } = await runHere(['pull', './layout:multi', '--all', '--name', name, '-o', 'out', '--unwrap'], cwd);
    expect(
      stdout
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ).toEqual([
      expect.stringMatching(/^out\/linux-amd64\/provenance\.json {2}\d+ B, provenance via index-child, linux\/amd64$/),
      expect.stringMatching(/^out\/linux-amd64\/sbom\.spdx\.json {2}\d+ B, sbom via index-child, linux\/amd64$/),
      expect.stringMatching(/^out\/linux-arm64\/provenance\.json/),
      expect.stringMatching(/^out\/linux-arm64\/sbom\.spdx\.json/),
    ]);
  });

  it('lists several matches with what tells them apart (7), and says what there is where nothing matches (3)', async () => {
    const { cwd, descriptor } = await withThings();
    const { candidates, text } = await failureHere(7, ['pull', './layout:v1', '--kind', 'sbom'], cwd);
    expect(candidates).toHaveLength(2);
    for (const candidate of candidates ?? []) expect(text).toContain(candidate);
    await failureHere(7, ['pull', './layout:multi', '--kind', 'sbom'], cwd);
    expect(await failureHere(3, ['pull', './layout:v1', '--kind', 'scan', '-a', 'team=x'], cwd)).toMatchObject({
      message: `oci:./layout@${descriptor.digest} has nothing of kind scan, annotation team=x attached`,
      hint: expect.stringContaining('sbom (text/spdx)'),
    });
    expect(await readdir(cwd)).toEqual(['layout']);
  });

  it.each<[string[], string]>([
    [['--kind', 'nope'], '--kind'],
    [['--format', 'nope'], '--format'],
    [['--digest', 'sha256:1'], 'digest "sha256:1"'],
    [['--annotation', '=x'], 'annotation "=x" has no key'],
    [['--artifact-type', 'sbom'], 'artifact type "sbom"'],
    [['--name', '{nope}'], 'name template "{nope}"'],
    [['--name', '../x'], 'name template "../x"'],
  ])('refuses %j before anything is asked (2)', async (words, message) => {
    // There is no such layout, which nobody comes to notice.
    const error = await failureHere(2, ['pull', './nowhere:v1', ...words], await tempDir());
    expect(error.message).toContain(message);
  });
});

describe.each(['api', 'none'] as const)('pull by kind from a registry (referrers: %s)', (referrers) => {
  it('asks every place, and nothing twice', async () => {
    const { store, registry } = await begin({ referrers });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await attachBundle(store, descriptor);
    const cwd = await tempDir();
    registry.clear();
    const image = `${registry.host}/team/app:v1`;
    expect(await runHere(['pull', image, '--kind', 'sbom', '--unwrap', '--name', 'sbom{ext}'], cwd)).toMatchObject({
      code: 0,
    });
    expect(await readFile(join(cwd, 'sbom.spdx.json'), 'utf8')).toBe(SPDX);
    expect(registry.duplicates()).toEqual([]);
    for (const end of ['sig', 'att', 'sbom']) expect(registry.count('HEAD', `.${end}`)).toBe(1);
  });

  it('asks nothing twice for an index and its platforms either', async () => {
    const { store, registry } = await begin({ referrers });
    const { images } = await buildkitIndex(store);
    const [amd64] = images;
    if (amd64 === undefined) throw new Error('no image');
    await attachBundle(store, amd64);
    const image = `${registry.host}/team/app:multi`;
    const cwd = await tempDir();
    for (const [words, count] of [
      [['--kind', 'sbom', '--platform', 'linux/arm64'], 1],
      [['--kind', 'sbom', '--platform', 'linux/amd64', '--all'], 2],
      [['--kind', 'sbom', '--all'], 3],
      [['--all'], 5],
    ] as const) {
      registry.clear();
      const { code, stdout } = await runHere(['pull', image, ...words, '--name', '{digest}{ext}'], cwd);
      expect([code, stdout.trim().split('\n').length]).toEqual([0, count]);
      expect(registry.duplicates(), words.join(' ')).toEqual([]);
    }
  });

  it('writes nothing when a place cannot be asked', async () => {
    let isBroken = false;
    const { store, registry } = await begin({
      referrers,
      fault: ({ path }) => (isBroken && path.endsWith('.att') ? { status: 403 } : undefined),
    });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await attachBundle(store, descriptor);
    isBroken = true;
    const cwd = await tempDir();
    await mkdir(join(cwd, 'out'));
    await writeFile(join(cwd, 'out', 'mine'), 'mine');
    const pull = ['pull', `${registry.host}/team/app:v1`, '--kind', 'sbom', '-o', 'out'];
    expect(await failureHere(4, pull, cwd)).toMatchObject({ code: 'INCOMPLETE' });
    expect(await readdir(join(cwd, 'out'))).toEqual(['mine']);
  });
});
