import { describe, expect, it } from 'vitest';
import { readReferences } from '../../../src/operations/report/read-references.js';
import type { Reportable } from '../../../src/operations/report/report.js';
import { type ReportOptions, report } from '../../../src/operations/report/report.js';
import { reportRowSchema } from '../../../src/operations/report/schema.js';
import { begin, openStore } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { buildkitIndex, childOf } from '../detach/support/detaching.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';

const QUICK: ReportOptions = { credentials: async () => undefined, connection: { retryDelay: 5 } };

async function rowsOf(references: Iterable<Reportable>, options: ReportOptions = {}) {
  const rows = [];
  for await (const row of report(references, { ...QUICK, ...options })) rows.push(row);
  return rows;
}

const states = ({ columns }: { readonly columns: Readonly<Record<string, { readonly state: string }>> }) =>
  Object.values(columns)
    .map(({ state }) => state)
    .join(' ');

describe('a report', () => {
  it('has a row for each image, in their order, which its schema knows', async () => {
    const { registry, store } = await begin();
    const { descriptor } = await pushImage(store, 'one', { tags: ['v1'] });
    await put(store, descriptor, SBOM);
    await pushImage(store, 'two', { tags: ['v2'] });
    const at = `${registry.host}/team/app`;
    const rows = await rowsOf([`${at}:v2`, `${at}:v1`, `${at}:v3`, `${at}:v2`, 'not a reference']);
    expect(rows.map(({ reference, error }) => [reference, error?.code])).toEqual([
      [`${at}:v2`, undefined],
      [`${at}:v1`, undefined],
      [`${at}:v3`, 'NOT_FOUND'],
      ['not a reference', 'INVALID_ARGUMENT'],
    ]);
    expect(rows.map(states)).toEqual([
      'no no no no no',
      'yes no no no no',
      'unknown unknown unknown unknown unknown',
      'unknown unknown unknown unknown unknown',
    ]);
    for (const row of rows) expect(reportRowSchema.parse(JSON.parse(JSON.stringify(row)))).toEqual(row);
  });

  it('has a row for each text that is not a reference, wherever it stands', async () => {
    const long = 'c'.repeat(5000);
    const list = `${long}\n${long}2\n\${IMAGE}\n\${IMAGE}\n`;
    const rows = await rowsOf(await readReferences(list, 'list'));
    expect(rows.map(({ from, error }) => [from, error?.code])).toEqual(
      [1, 2, 3, 4].map((line) => [`list:${line}`, 'INVALID_ARGUMENT']),
    );
  });

  it('names the platforms that lack a kind, and counts an index for them', async () => {
    const { registry, store } = await begin();
    const index = await buildkitIndex(store, false);
    await put(store, index.descriptor, SIGNATURE);
    await put(store, childOf(index), SCAN);
    const [row] = await rowsOf([`${registry.host}/team/app:multi`], { columns: ['sbom', 'scan', 'vex'] });
    expect(row).toMatchObject({
      platforms: 2,
      columns: {
        sbom: { state: 'yes' },
        scan: { state: 'partly', count: 1, lacking: ['linux/arm64'] },
        vex: { state: 'no', lacking: ['linux/amd64', 'linux/arm64'] },
      },
    });
  });

  it('asks nothing twice', async () => {
    const { registry, store } = await begin();
    for (let index = 0; index < 40; index++) {
      const tags = [`v${index}`, `again${index}`];
      const { descriptor } = await pushImage(store, `image ${index}`, { tags });
      for (const type of [SBOM, SCAN, SIGNATURE]) await put(store, descriptor, type);
    }
    registry.clear();
    const rows = await rowsOf([`${registry.host}/team/app`], { tags: {} });
    expect(rows).toHaveLength(80);
    expect(rows.every(({ attached }) => attached === 3)).toBe(true);
    expect(registry.duplicates()).toEqual([]);
  });

  it('asks nothing twice without the API either', async () => {
    const { registry, store } = await begin({ referrers: 'none' });
    for (let index = 0; index < 20; index++) {
      const { descriptor } = await pushImage(store, `image ${index}`, { tags: [`v${index}`] });
      await put(store, descriptor, SBOM);
    }
    registry.clear();
    const rows = await rowsOf([`${registry.host}/team/app`], { tags: { match: ['v*'] } });
    expect(rows.map(states)).toEqual(Array(20).fill('yes no no no no'));
    expect(registry.duplicates()).toEqual([]);
  });

  it('never says no where a way could not be asked', async () => {
    let isBroken = false;
    const { registry, store } = await begin({
      fault: ({ path }) => (isBroken && path.endsWith('.sig') ? { status: 403 } : undefined),
    });
    const { descriptor } = await pushImage(store, 'one', { tags: ['v1'] });
    await put(store, descriptor, SBOM);
    isBroken = true;
    const [row] = await rowsOf([`${registry.host}/team/app:v1`], { require: ['sbom', 'signature'] });
    expect(row && states(row)).toBe('yes unknown unknown unknown unknown');
    expect(row).toMatchObject({ missing: [], incomplete: [{ error: { code: 'FORBIDDEN' } }] });
  });

  it('has no row for the tags of signatures, and one that says so for a tag that is gone', async () => {
    const { registry, store } = await begin({
      fault: ({ method, path }) => (method !== 'PUT' && path.endsWith('/manifests/v1') ? { status: 404 } : undefined),
    });
    const tags = [
      'v1',
      'v2',
      `sha256-${'c'.repeat(64)}.sig`,
      `sha256-${'c'.repeat(64)}.att`,
      `sha256-${'c'.repeat(64)}`,
    ];
    await pushImage(store, 'one', { tags });
    const at = `${registry.host}/team/app`;
    const rows = await rowsOf([at], { tags: {} });
    expect(rows.map(({ reference, error }) => [reference, error?.code])).toEqual([
      [`${at}:v1`, 'NOT_FOUND'],
      [`${at}:v2`, undefined],
    ]);
  });

  it('shares out its references by their text, whatever their order', async () => {
    const { registry } = await begin();
    const store = openStore(registry.host, 'team/app');
    for (let index = 0; index < 12; index++) await pushImage(store, `image ${index}`, { tags: [`v${index}`] });
    const at = `${registry.host}/team/app`;
    const references = Array.from({ length: 12 }, (_, index) => `${at}:v${index}`);
    const shares = await Promise.all(
      [1, 2, 3].map(async (index) =>
        (await rowsOf(references, { shard: { index, of: 3 } })).map((row) => row.reference),
      ),
    );
    expect(shares.flat().toSorted()).toEqual(references.toSorted());
    const expanded = await rowsOf([at], { tags: {}, shard: { index: 2, of: 3 } });
    expect(expanded.map((row) => row.reference).toSorted()).toEqual(shares[1]?.toSorted());
  });
});

describe('a report on images with attachments elsewhere', () => {
  it('asks both places', async () => {
    const { registry, store } = await begin();
    const elsewhere = openStore(registry.host, 'team/attached');
    const { descriptor } = await pushImage(store, 'one', { tags: ['v1'] });
    await put(store, descriptor, SBOM);
    await put(elsewhere, descriptor, SCAN);
    const at = `${registry.host}/team`;
    const columns = ['sbom', 'scan'];
    const [row] = await rowsOf([`${at}/app:v1`], { columns, referrersIn: `${at}/attached` });
    expect(row && states(row)).toBe('yes yes');
    const [alone] = await rowsOf([`${at}/app:v1`], { columns });
    expect(alone && states(alone)).toBe('yes no');
  });

  it('refuses headers for several registries before any is asked', async () => {
    const first = await begin();
    const second = await begin();
    const references = [first, second].map(({ registry }) => `${registry.host}/team/app:v1`);
    const connection = { headers: { 'x-secret': 'value' } };
    await expect(rowsOf(references, { connection })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(second.registry.requests).toEqual([]);
  });
});
