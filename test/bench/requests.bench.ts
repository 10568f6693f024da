import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, it } from 'vitest';
import { describeWithPeers, peer, run, startDistribution3 } from '../support/peers.js';
import { startProxy } from '../support/proxy.js';
import { startRegistry } from '../support/registry.js';
import { inTurn, measure, ratioText, report } from './measure.js';

const remora = [process.execPath, fileURLToPath(new URL('../../dist/bin.js', import.meta.url))];
const LATENCY = 50;
const REFERRERS = 20;

describeWithPeers('requests at 50 ms each', ['oras', 'regctl', 'registry3'], () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    await writeFile(join(folder, 'image.txt'), 'image');
    for (let index = 0; index < REFERRERS; index++) await writeFile(join(folder, `f${index}.txt`), `attached ${index}`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(['with the Referrers API', 'without it'])('attach one small file and list twenty, %s', async (kind) => {
    const registry = kind.startsWith('with the')
      ? await startRegistry({ referrers: 'api', ociSubject: true })
      : await startDistribution3();
    const proxy = await startProxy(registry.host, { latency: LATENCY });
    const cwd = { cwd: folder };
    const direct = `${registry.host}/app:v1`;
    const slow = `${proxy.host}/app:v1`;
    const oras = peer('oras') ?? '';
    const regctl = [peer('regctl') ?? '', '--host', `reg=${proxy.host},tls=disabled`];
    const rows: (string | number)[][] = [['work', 'tool', 'requests', 'in series', 'seconds']];
    const count = async (work: string, tool: string, command: readonly string[]) => {
      proxy.clear();
      const { seconds } = await measure(command, cwd);
      rows.push([work, tool, String(proxy.requests.length), String(proxy.series()), seconds]);
    };
    try {
      await run('oras', ['push', '--plain-http', direct, 'image.txt'], cwd);
      const type = 'application/vnd.example.bench';
      await count('attach', 'remora', [...remora, 'attach', '--artifact-type', type, slow, 'f0.txt']);
      await count('attach', 'oras', [oras, 'attach', '--plain-http', '--artifact-type', type, slow, 'f1.txt']);
      await count('attach', 'regctl', [
        ...regctl,
        'artifact',
        'put',
        '--artifact-type',
        type,
        '--file',
        'f2.txt',
        '--subject',
        slow,
      ]);
      for (let index = 3; index < REFERRERS; index++) {
        await run('oras', ['attach', '--plain-http', '--artifact-type', type, direct, `f${index}.txt`], cwd);
      }
      const trees: Readonly<Record<string, readonly string[]>> = {
        remora: [...remora, 'discover', slow],
        oras: [oras, 'discover', '--plain-http', '--format', 'tree', slow],
        regctl: [...regctl, 'artifact', 'tree', slow],
      };
      for (const [tool, command] of Object.entries(trees)) await count(`tree of ${REFERRERS}`, tool, command);
      const runs = Object.entries(trees).map(([tool, command]) => [tool, () => measure(command, cwd)] as const);
      const medians = await inTurn(5, Object.fromEntries(runs));
      for (const tool of medians.names()) rows.push(['median of 5', tool, '', '', medians.of(tool).seconds]);
      rows.push(['remora / oras', '', '', '', ratioText(medians.ratio('remora', 'oras'))]);
      report(`a registry ${kind}, ${LATENCY} ms a request`, rows);
    } finally {
      await proxy.close();
      await registry.close();
    }
  });
});
