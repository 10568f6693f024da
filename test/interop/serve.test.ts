import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeIndex } from '../support/image-layout.js';
import { type InteropPlace, layoutPlace, type OpenInterop, ok, SERVE, skopeoCopy } from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { attach, discover } from '../support/remora.js';
import { writeFiles } from '../support/sample-files.js';

const TYPE = 'application/vnd.example.report+json';

describeWithPeers('remora serve as the registry of others', ['skopeo', 'oras', 'regctl', 'crane'], () => {
  let open: OpenInterop;
  let place: InteropPlace;
  let index: Awaited<ReturnType<typeof writeIndex>>;

  beforeAll(async () => {
    open = await SERVE.open();
    place = open.fresh();
    index = await writeIndex(join(open.directory, 'index'), ['amd64', 'arm64']);
    await skopeoCopy(layoutPlace(index.directory).skopeo(`:${index.tag}`), place.skopeo(':v1'), '--all');
  });
  afterAll(() => open?.close());

  it('a multi-platform image of skopeo goes in and comes out with equal digests', async () => {
    expect((await ok('crane', ['digest', place.at(':v1')])).trim()).toBe(index.digest);
    const back = layoutPlace(join(open.directory, 'back'));
    await skopeoCopy(place.skopeo(':v1'), back.skopeo(':v1'), '--all');
    const { digest } = await discover(back.at(':v1'));
    expect(digest).toBe(index.digest);
    await ok('crane', ['validate', '--remote', place.at(`@${index.children.arm64?.digest}`)]);
  });

  it('copies of oras and regctl bring everything attached along', async () => {
    await writeFiles(open.directory, { 'a.json': Buffer.from('{"a":1}') });
    const attached = await attach(place.at(':v1'), TYPE, ['a.json'], { cwd: open.directory });
    const [byOras, byRegctl] = [open.fresh(), open.fresh()];
    await ok('oras', ['cp', '-r', '--from-plain-http', '--to-plain-http', place.at(':v1'), byOras.at(':v1')]);
    await ok('regctl', [
      ...place.regctlFlags,
      'image',
      'copy',
      '--referrers',
      place.regctl(':v1'),
      byRegctl.regctl(':v1'),
    ]);
    for (const copy of [byOras, byRegctl]) {
      const { digest, referrers } = await discover(copy.at(':v1'));
      expect([digest, referrers.map((node) => [node.digest, node.artifactType, node.via])]).toEqual([
        index.digest,
        [[attached.digest, TYPE, ['api']]],
      ]);
      // With the API there is no need of a referrers tag, and nobody wrote one.
      expect((await ok('crane', ['ls', copy.at('')])).trim()).toBe('v1');
    }
  });

  it('removes what oras and crane delete, from the lists too', async () => {
    const { referrers } = await discover(place.at(':v1'));
    for (const { digest } of referrers) {
      await ok('oras', ['manifest', 'delete', '-f', ...place.oras(`@${digest}`)]);
    }
    expect(await discover(place.at(':v1'))).toMatchObject({ digest: index.digest, referrers: [], incomplete: [] });
    await ok('crane', ['delete', place.at(`@${index.digest}`)]);
    expect((await ok('crane', ['ls', place.at('')])).trim()).toBe('');
  });
});
