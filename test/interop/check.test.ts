import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from '../../src/operations/check/check.js';
import { type AttestedIndex, writeAttestedIndex } from '../support/attested-index.js';
import { writeDocuments } from '../support/carried.js';
import { type Cosign, OLD_FORMAT, openCosign } from '../support/cosign.js';
import { DISTRIBUTION_3, type InteropPlace, layoutPlace, type OpenInterop, ok } from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { tempDir } from '../support/temp.js';

/** Checks a place, which must be without errors and warnings that are not known, and gives all codes. */
async function clean(text: string, known: readonly string[] = []): Promise<readonly string[]> {
  const result = await check(text, { deep: true, recursive: true });
  expect(result.incomplete).toEqual([]);
  expect(result.findings.filter(({ severity, code }) => severity !== 'note' && !known.includes(code))).toEqual([]);
  expect(result.checked.manifests).toBeGreaterThan(0);
  return [...new Set(result.findings.map(({ code }) => code))].sort();
}

describe('clean layouts, as tools write them', () => {
  describeWithPeers(
    'of one image with all that is attached',
    [...DISTRIBUTION_3.peers, 'cosign', 'oras', 'regctl'],
    () => {
      let open: OpenInterop;
      let cosign: Cosign;
      let source: InteropPlace;
      let image: AttestedIndex;

      beforeAll(async () => {
        [open, cosign] = await Promise.all([DISTRIBUTION_3.open(), openCosign()]);
        source = open.fresh();
        image = await writeAttestedIndex(join(open.directory, 'image'));
        await source.load(image);
        await writeDocuments(open.directory);
        const words = ['--artifact-type', 'application/vnd.example.oras', 'scan.sarif'];
        await ok('oras', ['attach', ...source.oras(':v1'), ...words], { cwd: open.directory });
        for (const flags of [[], [OLD_FORMAT]]) await cosign.sign(source.at(`@${image.digest}`), ...flags);
      });
      afterAll(async () => {
        await Promise.all([open?.close(), cosign?.close()]);
      });

      it('in the registry itself', async () => {
        // cosign enters its bundle into the list with the type of the config, and without annotations.
        expect(await clean(source.at(':v1'), ['list-differs'])).toEqual(['list-differs']);
      });

      it('oras', async () => {
        const layout = join(await tempDir(), 'layout');
        await ok('oras', ['cp', '-r', '--from-plain-http', source.at(':v1'), '--to-oci-layout', `${layout}:v1`]);
        expect(await clean(layout)).toEqual([]);
        const words = ['--artifact-type', 'application/vnd.example.more', 'scan.sarif'];
        await ok('oras', ['attach', ...layoutPlace(layout).oras(':v1'), ...words], { cwd: open.directory });
        expect(await clean(layout)).toEqual([]);
        expect(await clean(`${layout}:v1`)).toEqual([]);
      });

      it('regctl', async () => {
        const layout = join(await tempDir(), 'layout');
        const flags = [...source.regctlFlags, '--referrers', '--digest-tags'];
        await ok('regctl', ['image', 'copy', ...flags, source.regctl(':v1'), layoutPlace(layout).regctl(':v1')]);
        expect(await clean(layout)).toEqual([]);
        const words = ['--artifact-type', 'application/vnd.example.more', '--file', 'scan.sarif', '--subject'];
        await ok('regctl', ['artifact', 'put', ...words, layoutPlace(layout).regctl(':v1')], { cwd: open.directory });
        expect(await clean(layout)).toEqual([]);
        const archive = join(await tempDir(), 'image.tar');
        await ok('regctl', ['image', 'export', ...source.regctlFlags, source.regctl(':v1'), archive]);
        expect(await clean(archive)).toEqual([]);
      });

      it('cosign save', async () => {
        const layout = join(await tempDir(), 'layout');
        await cosign.ok(['save', '--dir', layout, source.at(':v1')]);
        expect(await clean(layout)).toEqual(['referrer-unlisted']);
        await check({ kind: 'layout', path: layout }, { fix: true });
        expect(await clean(layout)).toEqual([]);
        // oras sees what was only in blobs/, and cosign what it saw before.
        const tree = await ok('oras', ['discover', ...layoutPlace(layout).oras(`@${image.digest}`)]);
        expect(tree).toContain('application/vnd.dev.sigstore.bundle');
        expect(await cosign.verify('verify', '--local-image', '--new-bundle-format=false', layout)).toMatchObject({
          code: 0,
        });
      });

      it('crane', async () => {
        const layout = join(await tempDir(), 'layout');
        await ok('crane', ['pull', '--format', 'oci', source.at(':v1'), layout]);
        expect(await clean(layout)).toEqual([]);
      });
    },
  );

  describeWithPeers('umoci', ['umoci'], () => {
    it('writes layers and configs that fit', async () => {
      const dir = await tempDir();
      const layout = join(dir, 'layout');
      await mkdir(join(dir, 'root'));
      await writeFile(join(dir, 'root', 'hello'), 'hello');
      await ok('umoci', ['init', '--layout', layout]);
      await ok('umoci', ['new', '--image', `${layout}:v1`]);
      for (const at of ['/one', '/two'])
        await ok('umoci', ['insert', '--rootless', '--image', `${layout}:v1`, join(dir, 'root'), at]);
      // What insert has replaced stays until umoci is told to collect it.
      expect(await clean(layout)).toEqual(['blobs-unreachable']);
      await ok('umoci', ['gc', '--layout', layout]);
      expect(await clean(layout)).toEqual([]);
    });
  });

  describeWithPeers('skopeo', ['skopeo', 'umoci'], () => {
    it('copies into a layout, an archive and a directory', async () => {
      const dir = await tempDir();
      const layout = join(dir, 'source');
      await mkdir(join(dir, 'root'));
      await writeFile(join(dir, 'root', 'hello'), 'hello');
      await ok('umoci', ['init', '--layout', layout]);
      await ok('umoci', ['new', '--image', `${layout}:v1`]);
      await ok('umoci', ['insert', '--rootless', '--image', `${layout}:v1`, join(dir, 'root'), '/one']);
      for (const target of ['oci:copy:v1', 'oci-archive:copy.tar:v1', 'dir:copied'].map((name) =>
        name.replace(':', `:${dir}/`),
      )) {
        await ok('skopeo', ['copy', `oci:${layout}:v1`, target]);
        expect(await clean(target.replace(/:v1$/, ''))).toEqual([]);
      }
    });
  });
});
