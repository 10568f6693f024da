import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { describeWithPeers, type PeerRegistry, peer, run, startApiRegistry } from '../support/peers.js';
import { REMORA } from '../support/remora.js';
import { inTurn, measure, ratioText, report } from './measure.js';

const remora = [process.execPath, REMORA];
const ROUNDS = 21;
/** The most that each may take of the processor time of bare Node.js. */
const WANTED: Readonly<Record<string, number>> = { 'remora --version': 1.35, 'remora discover, layout': 1.9 };

describeWithPeers('start-up', ['oras', 'api-registry'], () => {
  let folder: string;
  let registry: PeerRegistry;
  let cache: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    cache = join(folder, 'cache');
    registry = await startApiRegistry();
    await writeFile(join(folder, 'a.txt'), 'a');
    for (const place of [
      ['--oci-layout', 'layout:v1'],
      ['--plain-http', `${registry.host}/app:v1`],
    ]) {
      await run('oras', ['push', ...place, 'a.txt'], { cwd: folder });
      await run('oras', ['attach', '--artifact-type', 'application/vnd.example', ...place, 'a.txt'], { cwd: folder });
    }
  });
  afterAll(async () => {
    await registry.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is a feature', async () => {
    const options = () => ({ cwd: folder, env: { XDG_CACHE_HOME: cache } });
    const ours = (...args: string[]) => measure([...remora, ...args], options());
    const oras = (...args: string[]) => measure([peer('oras') ?? '', ...args], options());
    const image = `${registry.host}/app:v1`;
    const commands = {
      'node -e 0': () => measure([process.execPath, '-e', '0'], options()),
      'remora --version': () => ours('--version'),
      'remora --help': () => ours('--help'),
      'remora resolve, layout': () => ours('resolve', 'oci:layout:v1'),
      'remora discover, layout': () => ours('discover', 'oci:layout:v1'),
      'remora discover, registry': () => ours('discover', image),
      'oras discover, layout': () => oras('discover', '--oci-layout', 'layout:v1'),
      'oras discover, registry': () => oras('discover', '--plain-http', image),
    };
    // The first start of each command compiles it.
    await inTurn(1, commands);
    const runs = await inTurn(ROUNDS, commands);
    report(`start-up, medians of ${ROUNDS} pairs beside bare Node.js ${process.version}`, [
      ['command', 'seconds', 'CPU seconds', 'seconds / bare', 'CPU / bare'],
      ...runs.names().map((name) => {
        const { seconds, cpu } = runs.of(name);
        const bare = 'node -e 0';
        return [
          name,
          seconds,
          cpu,
          ratioText(runs.ratio(name, bare)),
          ratioText(runs.ratio(name, bare, 'cpu'), WANTED[name]),
        ];
      }),
    ]);
  });
});
