import { describe, expect, it } from 'vitest';
import { FINDINGS } from '../../../src/operations/check/report/findings.js';
import type { CheckResult } from '../../../src/operations/check/schema.js';
import { resultSchemas } from '../../../src/operations/schemas/schemas.js';
import { CheckDraft } from './support/draft.js';
import { PLANTED } from './support/planted.js';

/** Each code once, with what is promised of it. */
function codes({ findings }: CheckResult): readonly string[] {
  const shown = findings.map(({ code, severity, fixable }) =>
    [code, severity, ...(fixable ? ['fixable'] : [])].join(' '),
  );
  return [...new Set(shown)].sort();
}

describe('check', () => {
  it('has a planted defect for each of its codes, and forty at least', () => {
    const planted = new Set(PLANTED.flatMap(({ finds }) => finds.map(([code]) => code)));
    expect([...planted].sort()).toEqual(
      Object.keys(FINDINGS)
        .filter((code) => code !== 'manifest-missing')
        .sort(),
    );
    expect(PLANTED.length).toBeGreaterThan(40);
  });

  it('finds nothing where nothing was planted', async () => {
    const draft = await CheckDraft.begin();
    await draft.regctl([draft.sbom]);
    await draft.olareg([draft.sbom]);
    const result = await draft.check();
    expect([result.findings, result.incomplete]).toEqual([[], []]);
    expect(result.checked).toMatchObject({ manifests: 6, blobs: 6 });
  });

  it.each(PLANTED.map((planted) => [planted.name, planted] as const))('finds %s', async (_name, planted) => {
    const draft = await CheckDraft.begin();
    await planted.plant(draft);
    const found = await draft.check();
    expect(codes(found)).toEqual(planted.finds.map((row) => row.join(' ')).sort());
    expect(found.incomplete).toEqual([]);
    resultSchemas.check.parse(JSON.parse(JSON.stringify(found)));
    const fixable = found.findings.filter((finding) => finding.fixable).map(({ code }) => code);
    if (fixable.length === 0) return;

    const result = await draft.check({ fix: true });
    const left = planted.finds.filter(([, , fixable]) => fixable === undefined).map(([code]) => code);
    expect(result.fixed?.map(({ code }) => code)).toEqual(fixable);
    const again = await draft.check();
    expect([...new Set(again.findings.map(({ code }) => code))].sort()).toEqual(
      [...left, ...(planted.afterwards ?? [])].sort(),
    );
  });
});
