import { execFile } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPeers, type PeerRegistry, peer, startDistribution3 } from '../support/peers.js';
import { expectPeakBelow, inTurn, measure, ratioText, report } from './measure.js';

/** Buffers that are used again hold no more, however large the content is. */
const PEAK_MB = 110 * 1.048576;
/** The most that each may take of the time of oras. */
const WANTED: Readonly<Record<string, number>> = {
  'remora push registry': 1,
  'remora pull registry': 1.05,
  'remora copy to layout': 1.2,
  'remora pull layout': 1.1,
};
/** Program, modules and documents. */
const REST = 24 * 1024 * 1024;

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
      'remora copy to layout': async (round) =>
        measure([...remora, 'copy', target('remora', round), `oci:${await fresh('copy-remora')}:v1`], inFolder),
      'oras   copy to layout': async (round) =>
        measure(
          [oras, 'cp', '--from-plain-http', '--to-oci-layout', target('oras', round), `${await fresh('copy-oras')}:v1`],
          inFolder,
        ),
    });
    report('1 GiB', [
      ['work', 'seconds', 'peak MB'],
      ...results.names().map((name) => [name, results.of(name).seconds, results.of(name).peakMB]),
    ]);
    for (const out of ['out-remora', 'out-layout']) expect(await sum(join(folder, out, 'big.bin'))).toBe(digest);
    const pairs = results.names().filter((name) => name.startsWith('remora'));
    report('1 GiB, remora / oras', [
      ['work', 'seconds', 'CPU'],
      ...pairs.map((name) => {
        const other = name.replace('remora', 'oras  ');
        return [
          name,
          ratioText(results.ratio(name, other), WANTED[name]),
          ratioText(results.ratio(name, other, 'cpu')),
        ];
      }),
    ]);
    expectPeakBelow(results, pairs, PEAK_MB);
  });

  it('moves each byte once', async () => {
    const layout = `oci:${join(folder, 'layout-moved')}:v1`;
    const out = join(folder, 'out-moved');
    const once = { read: GIB + REST, written: GIB + REST };
    // The digest of a file stands in the address under which it is sent, so it is read twice.
    const twice = { read: 2 * GIB + REST, written: GIB + REST };
    const works: readonly [readonly string[], Moved][] = [
      [['push', layout, 'big.bin'], once],
      [['pull', '-o', out, layout], once],
      [['push', `${registry.host}/moved:v1`, 'big.bin'], twice],
      [['pull', '-o', `${out}-registry`, `${registry.host}/moved:v1`], once],
    ];
    for (const [args, most] of works) {
      const { read, written } = await moved([...remora, ...args], folder);
      report(args.slice(0, 2).join(' '), [[`${read} bytes read`, `${written} bytes written`]]);
      expect(read, args.join(' ')).toBeLessThan(most.read);
      expect(written, args.join(' ')).toBeLessThan(most.written);
    }
  });
});

interface Moved {
  readonly read: number;
  readonly written: number;
}

/** The bytes of all system calls of a program that read and write; Linux adds them to the shell that waits for it. */
async function moved(command: readonly string[], cwd: string): Promise<Moved> {
  const counts = join(cwd, 'counts');
  const script = `"$@" > /dev/null && cat /proc/$$/io > '${counts}'`;
  await promisify(execFile)('sh', ['-c', script, 'sh', ...command], { cwd });
  const io = await readFile(counts, 'utf8');
  const count = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(io)?.[1]);
  return { read: count('rchar'), written: count('wchar') };
}

async function sum(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
