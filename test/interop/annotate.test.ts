import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  CONDITIONAL,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  LAYOUT,
  type OpenInterop,
  ok,
  SERVE,
} from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { remora as program } from '../support/remora.js';

const KEYS = Array.from({ length: 16 }, (_, n) => `org.example.k${String(n).padStart(2, '0')}`);

for (const kind of [LAYOUT, DISTRIBUTION_2, DISTRIBUTION_3, API_REGISTRY, CONDITIONAL, SERVE]) {
  describeWithPeers(`annotate in ${kind.name}`, [...kind.peers, 'oras', 'regctl'], () => {
    let open: OpenInterop;
    const { remora } = kind.commands;
    beforeAll(async () => {
      open = await kind.open();
      await writeFile(join(open.directory, 'a.txt'), 'a');
    });
    afterAll(() => open?.close());

    async function done(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await remora(args, { cwd: open.directory });
      expect([code, stderr].join(' ')).toMatch(/^0/);
      return stdout;
    }
    const annotated = async (...args: string[]) => JSON.parse(await done('annotate', '--json', ...args));

    it('changes a manifest that oras pushed, and oras and regctl read it', async () => {
      const place = open.fresh();
      await ok('oras', ['push', ...place.oras(':v1'), '--annotation', 'a=<1>', 'a.txt'], { cwd: open.directory });
      const before = JSON.parse(await done('manifest', 'get', place.at(':v1')));
      const result = await annotated(place.at(':v1'), 'b=2', 'org.opencontainers.image.created-');
      expect(result).toMatchObject({ tag: 'v1', result: 'written', annotations: { a: '<1>', b: '2' } });
      const after = JSON.parse(await ok('oras', ['manifest', 'fetch', ...place.oras(':v1')]));
      expect(after).toEqual({ ...before, annotations: { a: '<1>', b: '2' } });
      const read = await ok('regctl', [...place.regctlFlags, 'manifest', 'head', place.regctl(':v1')]);
      expect(read.trim()).toBe(result.digest);
      expect(await done('manifest', 'get', place.at(`@${result.was.digest}`))).toContain('image.created');
    });

    it('changes an index, and what is attached to the old one is told', async () => {
      const place = open.fresh();
      const image = await writeImage(join(open.directory, `image-${place.at('').replace(/.*\W/, '')}`));
      await place.load(image);
      const attach = ['attach', '--no-settle', '--artifact-type', 'application/spdx+json'];
      await done(...attach, place.at(`:${image.tag}`), 'a.txt');
      const { left, digest, was } = await annotated(place.at(`:${image.tag}`), 'org.example.a=1');
      expect(left).toEqual([{ kind: 'sbom', count: 1 }]);
      expect(JSON.parse(await done('discover', '--json', place.at(`@${was.digest}`))).referrers).toHaveLength(1);
      expect(JSON.parse(await done('discover', '--json', place.at(`@${digest}`))).referrers).toEqual([]);
      expect(await done('check', place.at(`:${image.tag}`))).toContain('no errors');
    });

    it('loses nothing of sixteen who annotate one tag at once', { timeout: 180_000 }, async () => {
      const place = open.fresh();
      await done('push', place.at(':v1'), 'a.txt', '-a', 'old=1');
      const ends = await Promise.all(KEYS.map((key) => program(['annotate', place.at(':v1'), `${key}=x`, 'old-'])));
      expect(ends.filter(({ code }) => code !== 0)).toEqual([]);
      const { annotations } = JSON.parse(await done('manifest', 'get', place.at(':v1')));
      expect(annotations).toEqual(Object.fromEntries(KEYS.map((key) => [key, 'x'])));
    });
  });
}
