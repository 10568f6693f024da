import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { type TestImage, writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  CRANE_REGISTRY,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  type InteropPlace,
  LAYOUT,
  type OpenInterop,
  ok,
  SERVE,
} from '../support/interop-places.js';
import { describeWithPeers, run } from '../support/peers.js';

const TYPE = 'application/vnd.example.detached';
const SIGNATURE = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** Digests that oras lists. */
async function orasList(place: InteropPlace, suffix = ':v1'): Promise<string[]> {
  const list = JSON.parse(await ok('oras', ['discover', '--format', 'json', ...place.oras(suffix)]));
  return (list.manifests ?? list.referrers ?? []).map(({ digest }: { digest: string }) => digest).sort();
}

for (const kind of [LAYOUT, DISTRIBUTION_2, DISTRIBUTION_3, API_REGISTRY, CRANE_REGISTRY, SERVE]) {
  describeWithPeers(`detach in ${kind.name}`, [...kind.peers, 'oras', 'regctl'], () => {
    let open: OpenInterop;
    let image: TestImage;
    const { attach, discover, push, remora, resolve } = kind.commands;
    /** In one registry the lists of referrers settle. */
    const alone = kind === DISTRIBUTION_3 ? [] : ['--no-settle'];

    async function detach(...words: string[]) {
      const { code, stdout, stderr } = await remora(['detach', '--json', '--yes', ...alone, ...words]);
      expect([code, stderr]).toEqual([0, '']);
      return resultSchemas.detach.parse(JSON.parse(stdout));
    }

    beforeAll(async () => {
      open = await kind.open();
      image = await writeImage(join(open.directory, 'image'));
      await writeFile(join(open.directory, 'file.txt'), 'attached\n');
    });
    afterAll(() => open?.close());

    /** An image with what remora, oras and regctl attached, and a signature of ours. */
    async function begin() {
      const place = open.fresh();
      await place.load(image);
      const cwd = open.directory;
      const words = ['file.txt', '--no-settle'];
      const ours = await attach(place.at(':v1'), TYPE, words, { cwd });
      const below = await attach(place.at(`@${ours.digest}`), `${TYPE}.below`, words, { cwd });
      await ok('oras', ['attach', '--artifact-type', `${TYPE}.oras`, ...place.oras(':v1'), 'file.txt'], { cwd });
      const theirs = ['--artifact-type', `${TYPE}.regctl`, '-f', 'file.txt', '--subject', place.regctl(':v1')];
      await ok('regctl', [...place.regctlFlags, 'artifact', 'put', ...theirs], { cwd });
      return { place, cwd, ours, below };
    }

    it('leaves lists that oras and regctl agree with', async () => {
      const { place, cwd, ours, below } = await begin();
      const one = await detach('--artifact-type', TYPE, '--recursive', place.at(':v1'));
      expect(one.removed.map(({ digest }) => digest)).toEqual([below.digest, ours.digest]);
      const rest = (await discover(place.at(':v1'))).referrers.map(({ digest }) => digest).sort();
      expect(rest).toHaveLength(2);
      // oras does not look into the lists that regctl keeps in a layout, nor regctl at the entries of oras.
      const seen = await orasList(place);
      if (kind.kind === 'registry') expect(seen).toEqual(rest);
      else expect(rest).toEqual(expect.arrayContaining(seen));
      const tree = await ok('regctl', [...place.regctlFlags, 'artifact', 'list', place.regctl(':v1')]);
      expect(tree).not.toContain(ours.digest);
      expect(rest.some((digest) => tree.includes(digest))).toBe(true);

      const all = await detach('--all', place.at(':v1'));
      expect(all.removed.map(({ digest }) => digest).sort()).toEqual(rest);
      expect(await orasList(place)).toEqual([]);
      const empty = await ok('regctl', [...place.regctlFlags, 'artifact', 'list', place.regctl(':v1')]);
      expect(rest.some((digest) => empty.includes(digest))).toBe(false);
      expect(await resolve(place.at(':v1'))).toBe(image.digest);
      expect((await remora(['detach', '--all', '--yes', place.at(':v1')])).code).toBe(3);
      // The list can be written to again, by others as well: none of its entries is missing.
      await ok('oras', ['attach', '--artifact-type', TYPE, ...place.oras(':v1'), 'file.txt'], { cwd });
      expect((await discover(place.at(':v1'))).referrers).toHaveLength(1);
    });

    it("removes what cosign's tags stand for, and no other tag", async () => {
      const place = open.fresh();
      await place.load(image);
      const cwd = open.directory;
      const tag = `sha256-${image.digest.slice('sha256:'.length)}`;
      const words = [`file.txt:${SIGNATURE}`, '--artifact-type', 'application/vnd.example.config'];
      const { digest } = await push(place.at(`:${tag}.sig`), words, { cwd });
      expect((await detach('--kind', 'signature', place.at(':v1'))).removed).toMatchObject([{ manifest: digest }]);
      expect((await run('oras', ['manifest', 'fetch', ...place.oras(`:${tag}.sig`)])).code).not.toBe(0);
      expect(await orasList(place)).toEqual([]);

      await push(place.at(`:${tag}.sig,kept`), words, { cwd });
      const { code, stdout } = await remora(['detach', '--json', '--yes', '--kind', 'signature', place.at(':v1')]);
      const { removed, incomplete } = resultSchemas.detach.parse(JSON.parse(stdout));
      // It cannot delete a tag alone, and the digest would take the other tag along.
      const expected = kind === DISTRIBUTION_2 ? [1, 0, ['UNSUPPORTED']] : [0, 1, []];
      expect([code, removed.length, incomplete.map(({ error }) => error.code)]).toEqual(expected);
      expect(await resolve(place.at(':kept'))).toBe(digest);
    });
  });
}
