import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestOf, type TestImage, writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  CRANE_REGISTRY,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  LAYOUT,
  type OpenInterop,
  ok,
  SERVE,
} from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';

const TYPE = 'application/vnd.example.plumbing';

for (const kind of [LAYOUT, DISTRIBUTION_2, DISTRIBUTION_3, API_REGISTRY, CRANE_REGISTRY, SERVE]) {
  describeWithPeers(`plumbing in ${kind.name}`, [...kind.peers, 'oras'], () => {
    let open: OpenInterop;
    let image: TestImage;
    const { attach, discover, push, remora, resolve } = kind.commands;
    const isRegistry = kind.kind === 'registry';
    /** go-containerregistry keeps a copy of a manifest for each tag. */
    const copiesTags = kind === CRANE_REGISTRY || kind === API_REGISTRY;

    /** In one registry the lists of referrers settle. */
    const alone = kind === DISTRIBUTION_3 ? [] : ['--no-settle'];

    beforeAll(async () => {
      open = await kind.open();
      image = await writeImage(join(open.directory, 'image'));
      await writeFile(join(open.directory, 'file.txt'), 'attached\n');
    });
    afterAll(() => open?.close());

    /** A command that must succeed. */
    async function done(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await remora(args);
      expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
      return stdout;
    }

    it('tags what others find, and lists what others tagged', async () => {
      const place = open.fresh();
      await place.load(image);
      await done('tag', place.at(':v1'), 'v2', 'v3');
      expect(digestOf(await ok('oras', ['manifest', 'fetch', ...place.oras(':v3')]))).toBe(image.digest);
      await ok('oras', ['tag', ...place.oras(':v3'), 'theirs']);
      expect(await resolve(place.at(':theirs'))).toBe(image.digest);
      expect(await done('repo', 'tags', place.at(''))).toBe('theirs\nv1\nv2\nv3\n');
      if (isRegistry) {
        const [host = '', ...name] = place.at('').split('/');
        expect((await done('repo', 'list', host)).split('\n')).toContain(name.join('/'));
        expect(await done('repo', 'list', `${host}/none`)).toBe('');
      }
    });

    it('moves blobs and manifests byte for byte, to and from oras', async () => {
      const place = open.fresh();
      await place.load(image);
      const manifest = join(open.directory, 'manifest.json');
      await done('manifest', 'get', '-o', manifest, place.at(':v1'));
      expect(digestOf(await readFile(manifest))).toBe(image.digest);
      await done('manifest', 'put', place.at(':copy'), manifest);
      expect(digestOf(await ok('oras', ['manifest', 'fetch', ...place.oras(':copy')]))).toBe(image.digest);

      const file = join(open.directory, 'file.txt');
      const digest = (await done('blob', 'put', place.at(''), file)).trim();
      expect(digest).toBe(digestOf('attached\n'));
      expect(await ok('oras', ['blob', 'fetch', '--output', '-', ...place.oras(`@${digest}`)])).toBe('attached\n');
      await writeFile(join(open.directory, 'theirs.txt'), `theirs in ${kind.name}\n`);
      const theirs = digestOf(`theirs in ${kind.name}\n`);
      await ok('oras', ['blob', 'push', ...place.oras(`@${theirs}`), join(open.directory, 'theirs.txt')]);
      expect(await done('blob', 'get', place.at(`@${theirs}`))).toBe(`theirs in ${kind.name}\n`);
      await done('blob', 'delete', '-y', place.at(`@${theirs}`));
      expect((await remora(['blob', 'get', place.at(`@${theirs}`)])).code).toBe(3);
      expect((await remora(['blob', 'delete', '-y', place.at(`@${theirs}`)])).code).toBe(3);
    });

    it('deletes a tag alone, or says that it cannot', async () => {
      const place = open.fresh();
      await place.load(image);
      await done('tag', place.at(':v1'), 'v2');
      const { code, stderr } = await remora(['manifest', 'delete', '-y', place.at(':v2')]);
      if (kind === DISTRIBUTION_2) {
        expect(code).toBe(1);
        expect(stderr).toContain('cannot delete a tag alone');
        expect(await done('repo', 'tags', place.at(''))).toBe('v1\nv2\n');
      } else {
        expect(code, stderr).toBe(0);
        expect(await done('repo', 'tags', place.at(''))).toBe('v1\n');
      }
      expect(await resolve(place.at(':v1'))).toBe(image.digest);
    });

    it('deletes what oras and remora attached, and both then list the rest', async () => {
      const place = open.fresh();
      await place.load(image);
      const cwd = open.directory;
      const ours = await attach(place.at(':v1'), TYPE, ['file.txt', ...alone], { cwd });
      await ok('oras', ['attach', '--artifact-type', `${TYPE}.oras`, ...place.oras(':v1'), 'file.txt'], { cwd });
      const theirs = (await discover(place.at(':v1'))).referrers.find(({ digest }) => digest !== ours.digest);
      await done('manifest', 'delete', '-y', ...alone, place.at(`@${theirs?.digest}`));
      const list = await ok('oras', ['discover', '--format', 'json', ...place.oras(':v1')]);
      expect(JSON.parse(list).manifests ?? JSON.parse(list).referrers).toMatchObject([{ digest: ours.digest }]);
      expect((await discover(place.at(':v1'))).referrers).toMatchObject([{ digest: ours.digest }]);
      await done('manifest', 'delete', '-y', place.at(`@${ours.digest}`));
      expect((await discover(place.at(':v1'))).referrers).toEqual([]);
      expect(await resolve(place.at(':v1'))).toBe(image.digest);
      // The list can be written to again: none of its entries is missing.
      expect((await attach(place.at(':v1'), TYPE, ['file.txt', ...alone], { cwd })).result).toBe('written');
    });

    it('deletes a manifest with its tags', async () => {
      const place = open.fresh();
      await place.load(image);
      const cwd = open.directory;
      const { digest } = await push(place.at(':old,older'), ['file.txt'], { cwd });
      await done('manifest', 'delete', '-y', place.at(`@${digest}`));
      expect((await remora(['manifest', 'get', place.at(`@${digest}`)])).code).toBe(3);
      expect((await remora(['manifest', 'delete', '-y', place.at(`@${digest}`)])).code).toBe(3);
      if (!copiesTags) expect(await done('repo', 'tags', place.at(''))).toBe('v1\n');
    });
  });
}
