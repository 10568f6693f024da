import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type ReportOptions, report } from '../../../src/operations/report/report.js';
import { begin, openStore } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import type { RegistryOptions } from '../../support/registry.js';
import { buildkitIndex } from '../detach/support/detaching.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';

const QUICK: ReportOptions = { credentials: async () => undefined, connection: { retryDelay: 5 } };
const IMAGES = 20;

/** A registry with images, each with three attachments: in one repository, or each in its own. */
async function filled(options: RegistryOptions, isApart = false) {
  const { registry } = await begin(options);
  const references: string[] = [];
  for (let index = 0; index < IMAGES; index++) {
    const repository = isApart ? `team/app${index}` : 'team/app';
    const store = openStore(registry.host, repository);
    const { descriptor } = await pushImage(store, `image ${index}`, { tags: [`v${index}`] });
    for (const type of [SBOM, SCAN, SIGNATURE]) await put(store, descriptor, type);
    references.push(`${registry.host}/${repository}:v${index}`);
  }
  registry.clear();
  return { registry, references };
}

async function asked(references: readonly string[], options: ReportOptions = {}) {
  let rows = 0;
  for await (const { attached, error } of report(references, { ...QUICK, ...options })) {
    expect([attached, error]).toEqual([3, undefined]);
    rows++;
  }
  expect(rows).toBe(references.length);
}

/** Requests for each image, and bytes of their bodies. */
function perImage({ requests }: Awaited<ReturnType<typeof filled>>['registry']) {
  const bytes = requests.reduce((sum, { responseBytes }) => sum + responseBytes, 0);
  return { requests: requests.length / IMAGES, bytes: bytes / IMAGES };
}

// docs/scale.md computes with these numbers.
describe('the requests of a report', () => {
  it.each([
    ['with the Referrers API, in one repository', {}, false, 6.05, 0],
    ['with the Referrers API, each in its repository', {}, true, 7, 0],
    ['without it, in one repository', { referrers: 'none' }, false, 8, 0.999],
    ['without it, each in its repository', { referrers: 'none' }, true, 9, 0],
  ] as const)('are few %s', async (name, options, isApart, wanted, tolerance) => {
    const { registry, references } = await filled(options, isApart);
    await asked(references);
    const { requests, bytes } = perImage(registry);
    if (process.env.REMORA_COUNTS)
      await writeFile(process.env.REMORA_COUNTS, `${name}: ${requests} ${bytes}\n`, { flag: 'a' });
    expect(registry.duplicates()).toEqual([]);
    expect(Math.abs(requests - wanted)).toBeLessThanOrEqual(tolerance);
  });

  it('are those of one image for many of its tags', async () => {
    const { registry, store } = await begin();
    const tags = Array.from({ length: 30 }, (_, index) => `v${index}`);
    const { descriptor } = await pushImage(store, 'image', { tags });
    for (const type of [SBOM, SCAN, SIGNATURE]) await put(store, descriptor, type);
    registry.clear();
    await asked(tags.map((tag) => `${registry.host}/team/app:${tag}`));
    expect(registry.count('HEAD', /\/manifests\/v\d+$/)).toBe(30);
    // The list, the referrers tag, the three tags of cosign, and a manifest that proves what lists are worth.
    expect(registry.requests.length - 30).toBe(6);
    expect(registry.duplicates()).toEqual([]);
  });

  it('are few for an index', async () => {
    const { registry, store } = await begin();
    await buildkitIndex(store, false);
    registry.clear();
    for await (const row of report([`${registry.host}/team/app:multi`], QUICK)) expect(row.platforms).toBe(2);
    expect(registry.duplicates()).toEqual([]);
    // Two for the index, five for it and for each platform, and the two attestations.
    expect(registry.requests.length).toBe(19);
  });

  it('are those of so many images at a time as are wanted', async () => {
    const { registry, references } = await filled({});
    await asked(references, { concurrency: 1 });
    const heads = registry.requests.filter(({ path }) => /\/manifests\/v\d+$/.test(path));
    expect(heads).toHaveLength(IMAGES);
    for (const head of heads)
      expect(registry.requests.filter(({ start, end }) => start < head.start && end > head.start)).toEqual([]);
  });
});
