import { describe, expect, it } from 'vitest';
import { REPORT_FORMATS } from '../../../src/cli/flags/report.js';
import type { ReportShape } from '../../../src/cli/output/report/shape.js';
import { reportWriter } from '../../../src/cli/output/report/writer.js';
import { painter } from '../../../src/cli/output/text.js';
import type { ReportRow } from '../../../src/operations/report/schema.js';
import { Summary } from '../../../src/operations/report/summary.js';

const no = { state: 'no', count: 0 } as const;
const HOSTILE = '=cmd|"\u001b[31m`<img src=x onerror=alert(1)>\u202e\nnext, line';

const ROWS: readonly ReportRow[] = [
  {
    reference: 'registry.example.com/team/a-rather-long-name-of-a-repository:v1.2.3',
    attached: 2,
    platforms: 2,
    newest: '2026-11-24T12:00:00Z',
    columns: { sbom: { state: 'partly', count: 1, lacking: ['linux/arm64'] }, signature: { state: 'yes', count: 1 } },
    endOfLife: { date: '2026-01-31', past: true },
  },
  {
    reference: HOSTILE,
    from: 'list.txt:1',
    attached: 0,
    columns: { sbom: { state: 'unknown', count: 0 }, signature: { state: 'unknown', count: 0 } },
    error: { code: 'INVALID_ARGUMENT', message: HOSTILE },
  },
  { reference: 'ghcr.io/acme/app:v2', attached: 0, columns: { sbom: no, signature: no }, missing: ['sbom'] },
];

async function written(format: (typeof REPORT_FORMATS)[number], width?: number): Promise<string> {
  const shape: ReportShape = {
    columns: ['sbom', 'signature'],
    isTrusted: false,
    hasPolicy: false,
    screen: { paint: painter({ isTTY: false }, {}), width, isTerminal: width !== undefined },
    longest: () => 70,
    now: new Date('2026-11-27T12:00:00Z'),
  };
  const writer = await reportWriter(format, shape);
  const summary = new Summary();
  for (const row of ROWS) summary.add(row);
  const rows = ROWS.map((row) => writer.row(row));
  return [
    writer.begin(),
    ...rows,
    writer.end({ end: true, rows: 3, columns: shape.columns, summary: summary.value }),
  ].join('');
}

describe('the formats of a report', () => {
  it.each(REPORT_FORMATS)('let no foreign text act: %s', async (format) => {
    const text = await written(format);
    for (const character of ['\u001b', '\u202e']) expect(text).not.toContain(character);
    if (format === 'html') expect(text).not.toContain('<img');
  });

  it('are a line for each image in a pipe', async () => {
    const lines = (await written('table')).split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toMatch(/ partly +yes +2026-11-24T12:00:00Z {2}no sbom for linux\/arm64; past its end of life, /);
  });

  it.each([40, 60, 80, 120])('fit a terminal of %i columns', async (width) => {
    const lines = (await written('table', width)).split('\n');
    for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(width);
    expect(lines[1]).toMatch(/^registry.* ± +✓ +3 d$/);
  });

  it('have fields of RFC 4180, of which none is a formula', async () => {
    const [names, first, second, third] = (await written('csv')).split('\r\n');
    expect(names).toBe('reference,digest,platforms,sbom,signature,newest,end of life,error,notes');
    expect(first).toBe(
      `${ROWS[0]?.reference},,2,partly,yes,2026-11-24T12:00:00Z,2026-01-31,,"no sbom for linux/arm64; past its end of life, 2026-01-31"`,
    );
    expect(second).toMatch(/^"'=cmd\|""\\u001b\[31m/);
    expect(third).toBe('ghcr.io/acme/app:v2,,,no,no,,,,');
  });

  it('are rows of Markdown that end where they should', async () => {
    const lines = (await written('markdown')).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toBe('| --- | --- | --- | --- | --- |');
    for (const line of lines) expect(line.replaceAll('\\|', '').split('|')).toHaveLength(7);
  });

  it('are a page that a policy keeps from asking anybody', async () => {
    const text = await written('html');
    expect(text).toContain('default-src &#39;none&#39;;');
    expect(text.match(/<tr data-words=/g)).toHaveLength(3);
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });
});
