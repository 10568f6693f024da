import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPeers, peer } from '../support/peers.js';
import { type Registry, startRegistry } from '../support/registry.js';
import { REMORA } from '../support/remora.js';
import { inTurn, measure, ratioText, report } from './measure.js';

const LATENCY = 50;
const TAGS = 200;
const MANY = 1000;
const ROUNDS = Number(process.env.REMORA_BENCH_ROUNDS ?? 1);
const TYPE = 'application/vnd.oci.image';
const KINDS = ['application/spdx+json', 'application/vnd.dev.sigstore.bundle.v0.3+json', 'application/sarif+json'];

/** Puts images with three attachments each into a registry. */
function fill(registry: Registry, repository: string, count: number): void {
  const empty = registry.putBlob(repository, '{}');
  const config = { ...empty, mediaType: 'application/vnd.oci.empty.v1+json' };
  const base = { schemaVersion: 2, mediaType: `${TYPE}.manifest.v1+json`, config, layers: [config] };
  for (let index = 0; index < count; index++) {
    const image = { ...base, annotations: { 'org.example.image': String(index) } };
    const subject = registry.putManifest(repository, image, { tag: `v${index}` });
    const annotations = { 'org.opencontainers.image.created': '2026-01-31T12:00:00Z' };
    for (const artifactType of KINDS) registry.putManifest(repository, { ...base, artifactType, subject, annotations });
  }
}

describeWithPeers(`report over ${TAGS} tags at ${LATENCY} ms a request`, ['oras'], () => {
  let registry: Registry;
  let folder: string;

  beforeAll(async () => {
    registry = await startRegistry({ latency: LATENCY });
    fill(registry, 'team/app', TAGS);
    fill(registry, 'team/many', MANY);
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    const tags = Array.from({ length: TAGS }, (_, index) => `v${index}`);
    const oras = `${peer('oras')} discover --plain-http --format json ${registry.host}/team/app:$tag`;
    await writeFile(join(folder, 'loop.sh'), `set -e\nfor tag in ${tags.join(' ')}; do ${oras} >/dev/null; done\n`);
  }, 120_000);
  afterAll(async () => {
    await registry?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes at most a quarter of the time of a loop over oras', { timeout: 900_000 }, async () => {
    const remora = [process.execPath, REMORA, 'report', '--all-tags', '--format', 'jsonl'];
    const counted = async (command: readonly string[]) => {
      registry.clear();
      const measured = await measure(command, { cwd: folder });
      counts.set(command, [registry.requests.length, registry.duplicates().length]);
      return measured;
    };
    const counts = new Map<readonly string[], readonly [requests: number, twice: number]>();
    const commands = {
      'remora report': [...remora, `${registry.host}/team/app`],
      'loop over oras discover': ['bash', join(folder, 'loop.sh')],
      [`remora report, ${MANY} tags`]: [...remora, `${registry.host}/team/many`],
    };
    const runs = Object.entries(commands).map(([name, command]) => [name, () => counted(command)] as const);
    const results = await inTurn(ROUNDS, Object.fromEntries(runs));
    report(`${TAGS} tags, three attachments each, ${LATENCY} ms a request`, [
      ['tool', 's', 'CPU s', 'peak MB', 'requests', 'asked twice'],
      ...Object.entries(commands).map(([name, command]) => {
        const { seconds, cpu, peakMB } = results.of(name);
        const [requests = 0, twice = 0] = counts.get(command) ?? [];
        return [name, seconds, cpu, peakMB, String(requests), String(twice)];
      }),
    ]);
    const ratio = results.ratio('remora report', 'loop over oras discover');
    report('remora / oras', [['time', ratioText(ratio, 0.25)]]);
    expect(ratio.median).toBeLessThanOrEqual(0.25);
    for (const name of ['remora report', `remora report, ${MANY} tags`] as const)
      expect(counts.get(commands[name] ?? [])?.[1], `${name}: asked twice`).toBe(0);
  });
});
