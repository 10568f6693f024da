import { randomFillSync } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { describeWithPeers, type PeerRegistry, peer, startDistribution3 } from '../support/peers.js';
import { startRemora } from '../support/remora-registry.js';
import { inTurn, measure, report } from './measure.js';

const SIZE = 256 * 1024 * 1024;

describeWithPeers('serve beside distribution 3', ['oras', 'registry3'], () => {
  let folder: string;
  let ours: PeerRegistry;
  let theirs: PeerRegistry;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    [ours, theirs] = await Promise.all([startRemora(), startDistribution3()]);
    const file = await open(join(folder, 'blob.bin'), 'w');
    const chunk = Buffer.alloc(8 * 1024 * 1024);
    for (let written = 0; written < SIZE; written += chunk.length) await file.write(randomFillSync(chunk));
    await file.close();
  });
  afterAll(async () => {
    await Promise.all([ours.close(), theirs.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('push and pull of one blob of 256 MiB by oras', async () => {
    const oras = peer('oras') ?? 'oras';
    const push = (registry: PeerRegistry) => (round: number) =>
      measure([oras, 'push', '--plain-http', `${registry.host}/bench${round}:v1`, 'blob.bin'], { cwd: folder });
    const pull = (registry: PeerRegistry, out: string) => async (round: number) => {
      await rm(join(folder, out), { recursive: true, force: true });
      return measure([oras, 'pull', '--plain-http', '-o', out, `${registry.host}/bench${round}:v1`], { cwd: folder });
    };
    const results = await inTurn(5, {
      'push to remora serve': push(ours),
      'push to distribution 3': push(theirs),
      'pull from remora serve': pull(ours, 'ours'),
      'pull from distribution 3': pull(theirs, 'theirs'),
    });
    report('256 MiB through oras', [
      ['work', 'seconds', 'MB/s'],
      ...results.names().map((name) => [name, results.of(name).seconds, SIZE / 1e6 / results.of(name).seconds]),
    ]);
  });
});
