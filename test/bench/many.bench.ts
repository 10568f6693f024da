import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { describeWithPeers, type PeerRegistry, peer, startOlareg } from '../support/peers.js';
import { REMORA } from '../support/remora.js';
import { fillRegistry, writeLayout } from './attached.js';
import { inTurn, measure, ratioText, report } from './measure.js';

const [FEW, MANY] = [20, 2000] as const;
const ROUNDS = 5;
const remora = [process.execPath, REMORA, 'discover'];

describeWithPeers('a list of many referrers beside oras', ['oras', 'olareg'], () => {
  let registry: PeerRegistry;
  let folder: string;

  beforeAll(async () => {
    registry = await startOlareg();
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    for (const size of [FEW, MANY]) {
      await writeLayout(join(folder, `app-${size}`), size);
      await fillRegistry(registry.host, `team/app-${size}`, size);
    }
  }, 120_000);
  afterAll(async () => {
    await registry?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes so long for 20 and for 2,000', { timeout: 600_000 }, async () => {
    const oras = [peer('oras') ?? '', 'discover'];
    const at = (size: number) => `${registry.host}/team/app-${size}:v1`;
    const layout = (size: number) => join(folder, `app-${size}:v1`);
    const tools: readonly (readonly [string, (size: number) => readonly string[]])[] = [
      ['remora, one level', (size) => [...remora, '--depth', '1', at(size)]],
      ['remora, one level, JSON', (size) => [...remora, '--depth', '1', '--json', at(size)]],
      ['remora, tree', (size) => [...remora, at(size)]],
      ['oras, one level', (size) => [...oras, '--plain-http', '--format', 'json', at(size)]],
      ['oras, tree', (size) => [...oras, '--plain-http', at(size)]],
      ['remora, layout', (size) => [...remora, `oci:${layout(size)}`]],
      ['oras, layout', (size) => [...oras, '--oci-layout', layout(size)]],
    ];
    const runs = tools.flatMap(([name, command]) =>
      [FEW, MANY].map((size) => [`${name} ${size}`, () => measure(command(size), { cwd: folder })] as const),
    );
    const results = await inTurn(ROUNDS, Object.fromEntries(runs));
    const few = (name: string) => `${name} ${FEW}`;
    const many = (name: string) => `${name} ${MANY}`;
    const seconds = (name: string) => results.of(name).seconds;
    report(`discover of ${FEW} and of ${MANY}, medians of ${ROUNDS}`, [
      ['tool', `s, ${FEW}`, `s, ${MANY}`, 's more', `CPU s, ${MANY}`],
      ...tools.map(([name]) => [
        name,
        seconds(few(name)),
        seconds(many(name)),
        seconds(many(name)) - seconds(few(name)),
        results.of(many(name)).cpu,
      ]),
    ]);
    report(`${MANY}, remora / oras`, [
      ['tree', ratioText(results.ratio(many('remora, tree'), many('oras, tree')), 0.8)],
      ['layout', ratioText(results.ratio(many('remora, layout'), many('oras, layout')), 1.2)],
    ]);
  });
});
