import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPeers, type PeerRegistry, peer, startDistribution3 } from '../support/peers.js';
import { expectPeakBelow, inTurn, measure, report } from './measure.js';

const GIB = 1024 * 1024 * 1024;
const remora = [process.execPath, fileURLToPath(new URL('../../dist/bin.js', import.meta.url))];

describeWithPeers('1 GiB in and out', ['oras', 'registry3'], () => {
  let folder: string;
  let registry: PeerRegistry;
  let digest: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    registry = await startDistribution3();
    const file = await open(join(folder, 'big.bin'), 'w');
    const chunk = Buffer.alloc(8 * 1024 * 1024);
    for (let written = 0; written < GIB; written += chunk.length) await file.write(randomFillSync(chunk));
    await file.close();
    digest = await sum(join(folder, 'big.bin'));
  });
  afterAll(async () => {
    await registry.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('push and pull, registry and layout', async () => {
    const oras = peer('oras') ?? 'oras';
    const target = (name: string, round: number) => `${registry.host}/${name}${round}:v1`;
    const fresh = async (directory: string) => {
      await rm(join(folder, directory), { recursive: true, force: true });
      return join(folder, directory);
    };
    const inFolder = { cwd: folder };
    const results = await inTurn(3, {
      'remora push registry': (round) => measure([...remora, 'push', target('remora', round), 'big.bin'], inFolder),
      'oras   push registry': (round) =>
        measure([oras, 'push', '--plain-http', target('oras', round), 'big.bin'], inFolder),
      'remora pull registry': async (round) =>
        measure([...remora, 'pull', '-o', await fresh('out-remora'), target('remora', round)], inFolder),
      'oras   pull registry': async (round) =>
        measure([oras, 'pull', '--plain-http', '-o', await fresh('out-oras'), target('oras', round)], inFolder),
      'remora push layout': async () =>
        measure([...remora, 'push', `oci:${await fresh('layout-remora')}:v1`, 'big.bin'], inFolder),
      'oras   push layout': async () =>
        measure([oras, 'push', '--oci-layout', `${await fresh('layout-oras')}:v1`, 'big.bin'], inFolder),
      'remora pull layout': async () =>
        measure(
          [...remora, 'pull', '-o', await fresh('out-layout'), `oci:${join(folder, 'layout-remora')}:v1`],
          inFolder,
        ),
      'oras   pull layout': async () =>
        measure(
          [oras, 'pull', '--oci-layout', '-o', await fresh('out-layout-oras'), `${join(folder, 'layout-oras')}:v1`],
          inFolder,
        ),
    });
    report('1 GiB', [
      ['work', 'seconds', 'peak MB'],
      ...results.names().map((name) => [name, results.of(name).seconds, results.of(name).peakMB]),
    ]);
    for (const out of ['out-remora', 'out-layout']) expect(await sum(join(folder, out, 'big.bin'))).toBe(digest);
    const ours = results.names().filter((name) => name.startsWith('remora'));
    expectPeakBelow(results, ours, 150);
  });
});

async function sum(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
