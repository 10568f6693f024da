import { expect, it, onTestFinished } from 'vitest';
import { copy, openSession, push, resolve, tag } from '../../src/index.js';
import { listTags } from '../../src/operations/repo/list-tags.js';
import {
  describeWithPeers,
  type PeerName,
  type PeerRegistry,
  startApiRegistry,
  startCraneRegistry,
  startDistribution2,
  startDistribution3,
  startOlareg,
} from '../support/peers.js';
import { startProxy } from '../support/proxy.js';
import { startRemora } from '../support/remora-registry.js';
import { tempDir } from '../support/temp.js';

const TAGS = ['1.0', '1.0.0', 'latest'];

/** Registries, and whether they set the tags of a query. */
const REGISTRIES: readonly (readonly [string, PeerName, () => Promise<PeerRegistry>, boolean])[] = [
  ['distribution 2.8', 'docker-registry', startDistribution2, false],
  ['distribution 3', 'registry3', startDistribution3, false],
  ['a registry of go-containerregistry', 'api-registry', startApiRegistry, false],
  ['crane registry serve', 'crane', startCraneRegistry, false],
  ['olareg', 'olareg', startOlareg, true],
  // It needs no peer; crane is always installed with the others.
  ['remora serve', 'crane', startRemora, true],
];

for (const [name, peer, start, isKnown] of REGISTRIES)
  describeWithPeers(`several tags at a time in ${name}`, [peer], () => {
    it('are all set, with the first request of a session as the only one in vain', async () => {
      const registry = await start();
      const proxy = await startProxy(registry.host);
      onTestFinished(async () => {
        await proxy.close();
        await registry.close();
      });
      await using session = openSession();
      const credentials = async () => undefined;
      const options = { session, credentials };
      const place = `${proxy.host}/team/app`;
      const counts: number[] = [];
      const counted = async <T>(work: Promise<T>): Promise<T> => {
        const result = await work;
        counts.push(proxy.count('PUT', '/manifests/'));
        proxy.clear();
        return result;
      };
      const file = (content: string) => [{ name: 'note.txt', content }];
      const one = await counted(push(`${place}:${TAGS.join(',')}`, file('one'), options));
      const two = await counted(push(`${place}:${TAGS.join(',')}`, file('two'), options));
      await counted(tag(`${place}@${one.digest}`, ['a', 'b', 'c', 'd'], options));
      const layout = `oci:${await tempDir()}/layout`;
      await copy(place, layout, { names: { all: true }, credentials });
      await counted(copy(layout, `${proxy.host}/team/copy`, { ...options, names: { all: true } }));
      // The copy sends the two manifests first, and their tags at the end.
      expect(counts).toEqual(isKnown ? [1, 1, 1, 4] : [1 + 3, 3, 4, 2 + 7]);
      for (const repository of [place, `${proxy.host}/team/copy`]) {
        const { manifests } = await listTags(repository, { ...options, full: true });
        const found = Object.fromEntries(
          (manifests ?? []).map((entry) => [entry.tag, 'digest' in entry ? entry.digest : entry.error]),
        );
        expect(found).toEqual({
          ...Object.fromEntries(TAGS.map((each) => [each, two.digest])),
          ...Object.fromEntries(['a', 'b', 'c', 'd'].map((each) => [each, one.digest])),
        });
        expect((await resolve(`${repository}:latest`, options)).digest).toBe(two.digest);
      }
    });
  });
