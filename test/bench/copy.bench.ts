import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPeers, peer, run, startApiRegistry, startDistribution3 } from '../support/peers.js';
import { startProxy } from '../support/proxy.js';
import { expectPeakBelow, inTurn, measure, report } from './measure.js';

const remora = [process.execPath, fileURLToPath(new URL('../../dist/bin.js', import.meta.url))];
const LATENCY = 50;
const REFERRERS = 20;
const TYPE = 'application/vnd.example.bench';

describeWithPeers('copying', ['oras', 'regctl', 'crane', 'registry3', 'api-registry'], () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    await writeFile(join(folder, 'image.txt'), 'image');
    for (let index = 0; index < REFERRERS; index++) await writeFile(join(folder, `f${index}.txt`), `attached ${index}`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const start = (isApi: boolean) => (isApi ? startApiRegistry() : startDistribution3());

  it.each([
    ['with the Referrers API', true],
    ['without it', false],
  ])('an image and twenty attached ones between two registries %s', { timeout: 300_000 }, async (kind, isApi) => {
    const registries = [await start(isApi), await start(isApi)];
    const [from, to] = await Promise.all(registries.map(({ host }) => startProxy(host, { latency: LATENCY })));
    if (from === undefined || to === undefined) throw new Error('no proxies');
    const cwd = { cwd: folder };
    const direct = `${registries[0]?.host}/app:v1`;
    const rows: (string | number)[][] = [['run', 'tool', 'requests', 'seconds']];
    try {
      await run('oras', ['push', '--plain-http', direct, 'image.txt'], cwd);
      for (let index = 0; index < REFERRERS; index++)
        await run('oras', ['attach', '--plain-http', '--artifact-type', TYPE, direct, `f${index}.txt`], cwd);
      const source = `${from.host}/app:v1`;
      const hosts = ['--host', `reg=${from.host},tls=disabled`, '--host', `reg=${to.host},tls=disabled`];
      const tools = {
        remora: (name: string) => [...remora, 'copy', '-r', source, `${to.host}/${name}:v1`],
        regctl: (name: string) => [
          peer('regctl') ?? '',
          ...hosts,
          'image',
          'copy',
          '--referrers',
          source,
          `${to.host}/${name}:v1`,
        ],
        oras: (name: string) => [
          peer('oras') ?? '',
          'cp',
          '-r',
          '--from-plain-http',
          '--to-plain-http',
          source,
          `${to.host}/${name}:v1`,
        ],
      };
      const seconds: Record<string, number> = {};
      for (const what of ['first', 'again'])
        for (const [tool, command] of Object.entries(tools)) {
          from.clear();
          to.clear();
          const measured = await measure(command(`copied-${tool}`), cwd);
          seconds[`${what} ${tool}`] = measured.seconds;
          rows.push([what, tool, String(from.requests.length + to.requests.length), measured.seconds]);
        }
      report(`${REFERRERS} attached ones, registries ${kind}, ${LATENCY} ms a request`, rows);
      const ratio = (what: string) => (seconds[`${what} remora`] ?? 0) / (seconds[`${what} regctl`] ?? 0);
      report('remora / regctl', [
        ['first', 'again'],
        [ratio('first'), ratio('again')],
      ]);
      expect(rows).toHaveLength(7);
    } finally {
      await Promise.all([from, to, ...registries].map((server) => server.close()));
    }
  });

  it('one file of 1 GiB between two registries', { timeout: 600_000 }, async () => {
    const [from, to] = await Promise.all([startDistribution3(), startDistribution3()]);
    const cwd = { cwd: folder };
    try {
      await largeFile(join(folder, 'large.bin'));
      await run('oras', ['push', '--plain-http', `${from.host}/app:v1`, 'large.bin'], cwd);
      const source = `${from.host}/app:v1`;
      const target = (tool: string, round: number) => `${to.host}/${tool}-${round}:v1`;
      const all = await inTurn(3, {
        remora: (round) => measure([...remora, 'copy', source, target('remora', round)], cwd),
        crane: (round) => measure([peer('crane') ?? '', 'copy', source, target('crane', round)], cwd),
        oras: (round) =>
          measure(
            [peer('oras') ?? '', 'cp', '--from-plain-http', '--to-plain-http', source, target('oras', round)],
            cwd,
          ),
      });
      report('1 GiB between two registries, median of three', [
        ['tool', 'seconds', 'peak MB'],
        ...all.names().map((tool) => [tool, all.of(tool).seconds, all.of(tool).peakMB]),
      ]);
      expectPeakBelow(all, ['remora'], 115);
    } finally {
      await Promise.all([from.close(), to.close()]);
    }
  });

  it('one file of 1 GiB from layout to layout', { timeout: 600_000 }, async () => {
    const cwd = { cwd: folder };
    await largeFile(join(folder, 'large.bin'));
    await run('oras', ['push', '--oci-layout', 'layout:v1', 'large.bin'], cwd);
    const blocks = async () => (await statfs(folder)).bfree;
    const rows: (string | number)[][] = [['tool', 'seconds', 'MB of disk']];
    for (const [tool, command] of Object.entries({
      remora: [...remora, 'copy', './layout:v1', './by-remora'],
      oras: [peer('oras') ?? '', 'cp', '--from-oci-layout', '--to-oci-layout', 'layout:v1', 'by-oras:v1'],
    })) {
      const before = await blocks();
      const { seconds } = await measure(command, cwd);
      rows.push([tool, seconds, ((before - (await blocks())) * (await statfs(folder)).bsize) / 1e6]);
    }
    report('1 GiB from layout to layout', rows);
    expect(Number(rows[1]?.[2])).toBeLessThan(500);
  });
});

async function largeFile(path: string): Promise<void> {
  const file = await open(path, 'w');
  for (let count = 0; count < 1024; count++) await file.write(randomBytes(1024 * 1024));
  await file.close();
}
