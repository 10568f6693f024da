import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runHere } from '../commands/support/in-process.js';
import { type AttestedIndex, writeAttestedIndex } from '../support/attested-index.js';
import { carryEverything, discoverAll, identities, nodesOf, writeDocuments } from '../support/carried.js';
import { type Cosign, OLD_FORMAT, openCosign } from '../support/cosign.js';
import {
  DISTRIBUTION_3,
  type InteropPlace,
  layoutPlace,
  type OpenInterop,
  ok,
  SERVE,
} from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';

const peers = [...DISTRIBUTION_3.peers, ...SERVE.peers, 'cosign', 'oras', 'regctl'] as const;

describeWithPeers('an image that carries everything', peers, () => {
  let api: OpenInterop;
  let plain: OpenInterop;
  let cosign: Cosign;
  let image: AttestedIndex;
  let start: InteropPlace;

  beforeAll(async () => {
    [api, plain, cosign] = await Promise.all([SERVE.open(), DISTRIBUTION_3.open(), openCosign()]);
    const cwd = api.directory;
    start = api.fresh();
    image = await writeAttestedIndex(join(cwd, 'image'));
    await start.load(image);
    await writeDocuments(cwd);
    await carryEverything(cosign, start, image, cwd, 'api');
  });
  afterAll(async () => {
    await Promise.all([api?.close(), plain?.close(), cosign?.close()]);
  });

  const found = async (place: string) => [...identities(nodesOf(await discoverAll(place)))].sort();
  const copyTo = async (from: string, to: string) => {
    const { code, stdout, stderr } = await runHere(['copy', '-r', '--no-settle', from, to, '--json'], api.directory);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout);
  };
  /** What other tools see there. */
  const seenBy = async (place: InteropPlace) => {
    const index = place.at(`@${image.digest}`);
    const oras = await ok('oras', ['discover', '--format', 'json', ...place.oras(`@${image.digest}`)]);
    const regctl = await ok('regctl', [
      'artifact',
      'list',
      '--format',
      '{{json .}}',
      ...place.regctlFlags,
      place.regctl(`@${image.digest}`),
    ]);
    return {
      oras: digestsIn(oras),
      regctl: digestsIn(regctl),
      tree: await cosign.tree(index),
      verified: await Promise.all(
        [[], [OLD_FORMAT]].map(async (flags) => (await cosign.verify('verify', ...flags, index)).code),
      ),
    };
  };

  it('goes around a ring of places, and is the same at each stop', { timeout: 180_000 }, async () => {
    const wanted = await found(start.at(':v1'));
    expect(wanted).toHaveLength(18);
    const directory = api.directory;
    const end = api.fresh();
    const stops = [
      plain.fresh().at(':v1'),
      join(directory, 'layout:v1'),
      `oci-archive:${join(directory, 'ring.tar')}:v1`,
      join(directory, 'again:v1'),
      end.at(':v1'),
    ];
    let from = start.at(':v1');
    for (const stop of stops) {
      await copyTo(from, stop);
      expect(await found(stop)).toEqual(wanted);
      from = stop;
    }
    const [before, after] = [await seenBy(start), await seenBy(end)];
    expect(after).toEqual(before);
    expect(after.verified).toEqual([0, 0]);
    // Nothing is left to do anywhere.
    const again = await copyTo(start.at(':v1'), end.at(':v1'));
    expect(again.bytes).toBe(0);
  });

  it('is seen by oras and regctl in the layout and the registry that it is copied to', async () => {
    const [layout, registry] = [layoutPlace(join(api.directory, 'seen')), plain.fresh()];
    await copyTo(start.at(':v1'), layout.at(':v1'));
    await copyTo(layout.at(':v1'), registry.at(':v1'));
    const seen = async (place: InteropPlace) =>
      digestsIn(await ok('oras', ['discover', '--format', 'json', ...place.oras(`@${image.digest}`)]));
    expect(await seen(layout)).toEqual(await seen(start));
    expect(await seen(registry)).toEqual(await seen(start));
  });
});

/** All digests that a document names, each once. */
function digestsIn(text: string): readonly string[] {
  return [...new Set(text.match(/sha256:[0-9a-f]{64}/g))].sort();
}
