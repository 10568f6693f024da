import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, it } from 'vitest';
import { describeWithPeers, peer, run } from '../support/peers.js';
import { inTurn, measure, report } from './measure.js';

const remora = [process.execPath, fileURLToPath(new URL('../../dist/bin.js', import.meta.url))];

describeWithPeers('start-up', ['oras'], () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    await writeFile(join(folder, 'a.txt'), 'a');
    await run('oras', ['push', '--oci-layout', 'layout:v1', 'a.txt'], { cwd: folder });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is a feature', async () => {
    const cwd = { cwd: folder };
    const results = await inTurn(15, {
      'node -e 0': () => measure([process.execPath, '-e', '0'], cwd),
      'remora --version': () => measure([...remora, '--version'], cwd),
      'remora --help': () => measure([...remora, '--help'], cwd),
      'remora resolve oci:layout': () => measure([...remora, 'resolve', 'oci:layout:v1'], cwd),
      'oras resolve --oci-layout': () => measure([peer('oras') ?? '', 'resolve', '--oci-layout', 'layout:v1'], cwd),
    });
    const bare = results['node -e 0']?.seconds ?? 1;
    report('start-up', [
      ['command', 'median seconds', 'of bare node'],
      ...Object.entries(results).map(([name, { seconds }]) => [name, seconds, seconds / bare]),
    ]);
  });
});
