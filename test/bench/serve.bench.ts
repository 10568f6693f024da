import { randomFillSync } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPeers, type PeerProcess, peer, startDistribution3 } from '../support/peers.js';
import { startRemora } from '../support/remora-registry.js';
import { document, type Filled, fill, MANIFEST } from './filled.js';
import { type Load, load, residentMiB } from './load.js';
import { inTurn, measure, ratioText, report, spread } from './measure.js';

const SIZE = 256 * 1024 * 1024;
/** The collector of garbage lets the heap breathe. */
const GROWTH_MIB = 24;
const MOST_MIB = 220;

describeWithPeers('serve beside distribution 3', ['oras', 'registry3'], () => {
  let folder: string;
  let ours: PeerProcess;
  let theirs: PeerProcess;
  let filled: Filled;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    [ours, theirs] = await Promise.all([startRemora(), startDistribution3()]);
    [filled] = await Promise.all([fill(ours.host), fill(theirs.host)]);
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
    const push = (registry: PeerProcess) => (round: number) =>
      measure([oras, 'push', '--plain-http', `${registry.host}/bench${round}:v1`, 'blob.bin'], { cwd: folder });
    const pull = (registry: PeerProcess, out: string) => async (round: number) => {
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

  const headers = { Accept: MANIFEST };
  const both = async (rounds: number, run: (registry: PeerProcess, round: number) => Promise<Load>) => {
    const pairs: { readonly us: Load; readonly them: Load }[] = [];
    for (let round = 0; round < rounds; round++)
      pairs.push({ us: await run(ours, round), them: await run(theirs, round) });
    const ratio = (what: keyof Load) => spread(pairs.map(({ us, them }) => us[what] / them[what]));
    const figures = (runs: readonly Load[]) => {
      const middle = (what: keyof Load) => spread(runs.map((each) => each[what])).median.toFixed(0);
      return [middle('perSecond'), middle('cpuMicros')];
    };
    return [
      ...[pairs.map(({ us }) => us), pairs.map(({ them }) => them)].flatMap(figures),
      ratioText(ratio('perSecond'), 1),
      ratioText(ratio('cpuMicros'), 1),
    ];
  };
  const titles = ['a second', 'CPU µs', 'theirs', 'CPU µs', 'ratio', 'ratio of CPU'];

  it('manifests, blobs of 1 MiB and lists of 100 a second, beside distribution 3', async () => {
    const rows: (readonly string[])[] = [['work', 'connections', ...titles]];
    for (const connections of [1, 8, 64]) {
      const kinds: readonly (readonly [string, readonly string[], number])[] = [
        ['manifests by tag', filled.tags, 2000],
        ['manifests by digest', filled.digests, 2000],
        ['blobs of 1 MiB', filled.blobs, 500],
      ];
      for (const [name, paths, requests] of kinds) {
        const run = ({ host, pid }: PeerProcess) => load({ host, pid, paths, connections, requests, headers });
        // Programs that are compiled while they run are slow at first.
        await both(1, run);
        rows.push([name, `${connections}`, ...(await both(5, run))]);
      }
      // distribution 3 has no such lists.
      const { host, pid } = ours;
      const { perSecond, cpuMicros } = await load({ host, pid, paths: filled.lists, connections, requests: 2000 });
      rows.push([
        'lists of 100 referrers',
        `${connections}`,
        perSecond.toFixed(0),
        cpuMicros.toFixed(0),
        '',
        '',
        '',
        '',
      ]);
    }
    report('requests a second', rows);
  });

  it('manifests that are pushed a second, beside distribution 3', async () => {
    const rows: (readonly string[])[] = [['work', 'connections', ...titles]];
    for (const connections of [1, 8]) {
      const row = await both(5, ({ host, pid }, round) => {
        const body = (index: number) => document({ annotations: { pushed: `${connections} ${round} ${index}` } });
        const paths = Array.from({ length: 100 }, (_, index) => `/v2/bench/manifests/${connections}-${round}-${index}`);
        const send = { method: 'PUT', status: 201, body };
        return load({ host, pid, paths, connections, requests: 100, headers: { 'Content-Type': MANIFEST }, send });
      });
      rows.push(['manifests pushed', `${connections}`, ...row]);
    }
    report('pushes a second', rows);
  });

  it('memory stays the same under 64 clients', async () => {
    const { host, pid } = ours;
    const paths = [...filled.tags, ...filled.digests, ...filled.blobs, ...filled.lists];
    const sizes: number[] = [];
    for (let round = 0; round < 6; round++) {
      await load({ host, pid, paths, connections: 64, requests: 8000, headers });
      sizes.push(residentMiB(pid));
    }
    report('MiB under 64 clients', [sizes.map((size) => size.toFixed(0))]);
    const [, warm = 0, ...later] = sizes;
    expect(Math.min(...later)).toBeLessThan(warm + GROWTH_MIB);
    expect(Math.max(...sizes)).toBeLessThan(MOST_MIB);
  });
});
