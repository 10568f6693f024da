import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { describeWithPeers, type PeerRegistry, peer } from '../support/peers.js';
import { REMORA } from '../support/remora.js';
import { startRemora } from '../support/remora-registry.js';
import { writeLayout } from './attached.js';
import { inTurn, measure, report } from './measure.js';

const [FEW, MANY] = [20, 2000] as const;
const ROUNDS = 5;
const remora = [process.execPath, REMORA, 'discover'];

describeWithPeers('a list of many referrers beside oras', ['oras'], () => {
  /** The registry of go-containerregistry looks at all its manifests for each list, and takes minutes. */
  let registry: PeerRegistry & { readonly directory: string };
  let folder: string;

  beforeAll(async () => {
    registry = await startRemora();
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    for (const size of [FEW, MANY]) {
      await writeLayout(join(folder, `app-${size}`), size);
      await writeLayout(join(registry.directory, 'team', `app-${size}`), size);
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
      ['oras, tree', (size) => [...oras, '--plain-http', at(size)]],
      ['remora, layout', (size) => [...remora, `oci:${layout(size)}`]],
      ['oras, layout', (size) => [...oras, '--oci-layout', layout(size)]],
    ];
    const runs = tools.flatMap(([name, command]) =>
      [FEW, MANY].map((size) => [`${name} ${size}`, () => measure(command(size), { cwd: folder })] as const),
    );
    const results = await inTurn(ROUNDS, Object.fromEntries(runs));
    const seconds = (name: string, size: number) => results[`${name} ${size}`]?.seconds ?? NaN;
    report('discover of 20 and of 2,000', [
      ['tool', `s, ${FEW}`, `s, ${MANY}`, 's more'],
      ...tools.map(([name]) => [
        name,
        seconds(name, FEW),
        seconds(name, MANY),
        seconds(name, MANY) - seconds(name, FEW),
      ]),
    ]);
    for (const [tool, peerName] of [
      ['remora, layout', 'oras, layout'],
      ['remora, tree', 'oras, tree'],
    ] as const)
      report(`${tool} over ${peerName}`, [['ratio', seconds(tool, MANY) / seconds(peerName, MANY)]]);
  });
});
