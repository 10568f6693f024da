import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestOf } from '../support/image-layout.js';
import { describeWithPeers, type PeerRegistry, peer } from '../support/peers.js';
import { REMORA } from '../support/remora.js';
import { startRemora } from '../support/remora-registry.js';
import { inTurn, measure, report } from './measure.js';

const SIZES = [1_000, 10_000] as const;
/** Where what is attached to each is looked for in a layout, too. */
const DEEP_SIZES = [100, 400] as const;
const [FEW, MANY] = SIZES;
const remora = [process.execPath, REMORA];
const TYPE = 'application/vnd.oci.image';
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 };

/** A layout with one subject, `v1`, and so many referrers of it, as oras writes them. */
async function writeLayout(directory: string, count: number): Promise<void> {
  const blobs = join(directory, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(blobs, EMPTY.digest.slice(7)), '{}');
  const put = async (fields: object) => {
    const mediaType = `${TYPE}.manifest.v1+json`;
    const text = JSON.stringify({ schemaVersion: 2, mediaType, config: EMPTY, layers: [EMPTY], ...fields });
    const digest = digestOf(text);
    await writeFile(join(blobs, digest.slice(7)), text);
    return { mediaType, digest, size: Buffer.byteLength(text) };
  };
  const subject = await put({ artifactType: 'application/vnd.example.subject' });
  const manifests: object[] = [{ ...subject, annotations: { 'org.opencontainers.image.ref.name': 'v1' } }];
  for (let index = 0; index < count; index++) {
    const artifactType = 'application/vnd.example.scan';
    const annotations = { 'org.opencontainers.image.created': '2026-01-01T00:00:00Z', 'org.example.run': `${index}` };
    manifests.push({ ...(await put({ artifactType, subject, annotations })), artifactType, annotations });
  }
  const index = { schemaVersion: 2, mediaType: `${TYPE}.index.v1+json`, manifests };
  await writeFile(join(directory, 'index.json'), JSON.stringify(index));
}

describeWithPeers('discover of many referrers', ['oras', 'regctl'], () => {
  let registry: PeerRegistry & { readonly directory: string };
  let folder: string;

  beforeAll(async () => {
    registry = await startRemora();
    folder = await mkdtemp(join(tmpdir(), 'remora-bench-'));
    for (const size of [...SIZES, ...DEEP_SIZES])
      await writeLayout(join(registry.directory, 'team', `app-${size}`), size);
  });
  afterAll(async () => {
    await registry?.close();
    await rm(folder, { recursive: true, force: true });
  });

  // Ten thousand further requests where all levels are wanted: once is enough, since memory hardly differs by run.
  it('takes so much memory for each', { timeout: 600_000 }, async () => {
    const oras = [peer('oras') ?? '', 'discover', '--format', 'json'];
    const regctl = [peer('regctl') ?? '', '--host', `reg=${registry.host},tls=disabled`, 'artifact', 'list'];
    const at = (size: number) => `${registry.host}/team/app-${size}:v1`;
    const layout = (size: number) => join(registry.directory, 'team', `app-${size}:v1`);
    const json = '{{json .}}';
    const tools: readonly (readonly [string, (size: number) => readonly string[]])[] = [
      ['remora, registry', (size) => [...remora, 'discover', '--depth', '1', '--json', at(size)]],
      ['remora, registry, all levels', (size) => [...remora, 'discover', '--json', at(size)]],
      ['remora, copy -r', (size) => [...remora, 'copy', '-r', '--dry-run', at(size), `oci:${join(folder, 'none')}`]],
      ['remora, detach', (size) => [...remora, 'detach', '--all', '--dry-run', at(size)]],
      ['oras, registry', (size) => [...oras, '--plain-http', at(size)]],
      ['regctl, registry', (size) => [...regctl, '--format', json, at(size)]],
      ['remora, layout', (size) => [...remora, 'discover', '--depth', '1', '--json', `oci:${layout(size)}`]],
      ['oras, layout', (size) => [...oras, '--oci-layout', layout(size)]],
    ];
    const runs = tools.flatMap(([name, command]) =>
      SIZES.map((size) => [`${name} ${size}`, () => measure(command(size), { cwd: folder })] as const),
    );
    const results = await inTurn(1, Object.fromEntries(runs));
    const of = (name: string, size: number) => results.of(`${name} ${size}`);
    /** Bytes that each further referrer takes at the peak. */
    const growth = (name: string) => ((of(name, MANY).peakMB - of(name, FEW).peakMB) * 1e6) / (MANY - FEW);
    report('discover', [
      ['tool', `s, ${FEW}`, `s, ${MANY}`, `peak MB, ${FEW}`, `peak MB, ${MANY}`, 'bytes each'],
      ...tools.map(([name]) => {
        const [few, many] = [of(name, FEW), of(name, MANY)];
        return [name, few.seconds, many.seconds, few.peakMB, many.peakMB, growth(name).toFixed(0)];
      }),
    ]);
    // The result is one document, so it is held: what it takes for each may be a few times what is printed.
    for (const [name] of tools) if (name.startsWith('remora')) expect(growth(name), name).toBeLessThan(12_000);
  });

  it('takes so long in a layout, all levels', async () => {
    const rows: (string | number)[][] = [['referrers', 's, one level', 's, all levels']];
    for (const size of DEEP_SIZES) {
      const words = ['discover', '--json', `oci:${join(registry.directory, 'team', `app-${size}:v1`)}`];
      const one = await measure([...remora, ...words, '--depth', '1'], { cwd: folder });
      const all = await measure([...remora, ...words], { cwd: folder });
      rows.push([String(size), one.seconds, all.seconds]);
    }
    report('discover in a layout', rows);
  });
});
