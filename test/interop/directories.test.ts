import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DISTRIBUTION_3, LAYOUT, type OpenInterop, ok } from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { inspect, pull, push } from '../support/remora.js';
import { describeTree, writeTree } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';

const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

for (const kind of [LAYOUT, DISTRIBUTION_3]) {
  describeWithPeers(`directories in ${kind.name}`, [...kind.peers, 'oras'], () => {
    let open: OpenInterop;
    let cwd: string;
    let wanted: readonly string[];

    beforeAll(async () => {
      open = await kind.open();
      cwd = join(open.directory, 'files');
      await writeTree(join(cwd, 'site'));
      wanted = await describeTree(join(cwd, 'site'));
      expect(wanted).toHaveLength(7);
    });
    afterAll(() => open?.close());

    it('packed by remora, unpacked by oras', async () => {
      const place = open.fresh();
      const { layers, digest } = await push(place.at(':v1'), ['site'], { cwd });
      expect(layers).toMatchObject([
        {
          mediaType: LAYER_TYPE,
          annotations: {
            'org.opencontainers.image.title': 'site',
            'io.deis.oras.content.unpack': 'true',
            'io.deis.oras.content.digest': expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          },
        },
      ]);
      const out = await tempDir();
      await ok('oras', ['pull', '-o', out, ...place.oras(':v1')]);
      expect(await describeTree(join(out, 'site'))).toEqual(wanted);

      const again = await tempDir();
      await pull(place.at(`@${digest}`), again);
      expect(await describeTree(join(again, 'site'))).toEqual(wanted);
    });

    it('packed by oras, unpacked by remora', async () => {
      const place = open.fresh();
      await ok('oras', ['push', ...place.oras(':v1'), 'site'], { cwd });
      expect((await inspect(place.at(':v1'))).layers).toMatchObject([{ mediaType: LAYER_TYPE, title: 'site' }]);
      const out = await tempDir();
      await pull(place.at(':v1'), out);
      expect(await describeTree(join(out, 'site'))).toEqual(wanted);
    });

    it('packed again by remora from what oras unpacked: the same digest', async () => {
      const place = open.fresh();
      const first = await push(place.at(':v1'), ['site'], { cwd });
      const out = await tempDir();
      await ok('oras', ['pull', '-o', out, ...place.oras(':v1')]);
      const second = await push(place.at(':v2'), ['site'], { cwd: out });
      expect(second.digest).toBe(first.digest);
      expect(second.layers).toEqual(first.layers);
    });

    it('pulled over what oras unpacked: nothing is written', async () => {
      const place = open.fresh();
      await push(place.at(':v1'), ['site'], { cwd });
      const out = await tempDir();
      await ok('oras', ['pull', '-o', out, ...place.oras(':v1')]);
      expect((await pull(place.at(':v1'), out)).artifacts).toMatchObject([{ files: [{ result: 'unchanged' }] }]);
      expect(await describeTree(join(out, 'site'))).toEqual(wanted);
    });
  });
}
