import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Gate } from '../../../src/cli/gates/gate.js';
import { appendSummary, summaryOf } from '../../../src/cli/gates/job-summary.js';
import { tempDir } from '../../support/temp.js';

const MIB = 1024 * 1024;
const table = (rows: readonly (readonly string[])[]) => () => [{ heading: ['Required', 'State'], rows }];
const gate: Gate = { subject: 'app', lacks: ['no sbom on app'], tables: table([['sbom', '❌ not attached']]) };

describe('the summary of a gate', () => {
  it('has a head that says the outcome, and a table', () => {
    expect(summaryOf('remora verify', gate)).toBe(
      [
        '### ❌ remora verify',
        '<code>app</code>',
        '| Required | State |\n| --- | --- |\n| sbom | ❌ not attached |',
        '',
      ].join('\n\n'),
    );
    expect(summaryOf('remora verify', { subject: 'app', lacks: [] })).toBe(
      '### ✅ remora verify\n\n<code>app</code>\n\n',
    );
    expect(summaryOf('remora pull', { subject: 'app', lacks: ['not verified'] })).toBe(
      '### ❌ remora pull\n\n<code>app</code>\n\n- not verified\n\n',
    );
  });

  it('shows text from elsewhere as it is, whatever Markdown or HTML it is', () => {
    const hostile = 'a|b\n| c | ![x](https://evil) </code><script> `*_~#@\\ www.evil \u202e';
    const text = summaryOf('t', { subject: hostile, lacks: ['x'], tables: table([[hostile, hostile]]) });
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
    for (const line of text.split('\n').filter((one) => one.includes('evil'))) {
      const shown = line.replaceAll(/^\| | \| | \|$|^<code>|<\/code>$/g, ' ');
      expect(shown).toMatch(/^(?:[\w /-]|&#\d+;)+$/);
      const read = shown.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
      expect(read).toContain('a|b\\u000a| c | ![x](https://evil) </code><script> `*_~#@\\ www.evil \\u202e');
    }
  });

  it('names the number of rows that have no room', () => {
    const rows = Array.from({ length: 700 }, (_, at) => [`r${at}`, 'x']);
    const lines = summaryOf('t', { subject: 's', lacks: ['x'], tables: table(rows) })
      .trimEnd()
      .split('\n');
    expect(lines.at(-1)).toBe('| … 200 more |  |');
    expect(lines.filter((line) => line.startsWith('| r'))).toHaveLength(500);
  });
});

describe('the file of summaries', () => {
  it('is appended to, and made where it does not exist', async () => {
    const path = join(await tempDir(), 'summary.md');
    expect(await appendSummary(path, 'a', gate)).toBeUndefined();
    expect(await appendSummary(path, 'b', gate)).toBeUndefined();
    expect(await readFile(path, 'utf8')).toBe(summaryOf('a', gate) + summaryOf('b', gate));
  });

  it('stays below 1 MiB: rows are left out first, then the summary', async () => {
    const path = join(await tempDir(), 'summary.md');
    const rows = Array.from({ length: 400 }, (_, at) => [`r${at}`, 'x'.repeat(300)]);
    const large = { subject: 's', lacks: ['x'], tables: table(rows) };
    await writeFile(path, 'x'.repeat(MIB - 60_000));
    expect(await appendSummary(path, 'a', large)).toBeUndefined();
    const text = await readFile(path, 'utf8');
    expect(text.length).toBeLessThanOrEqual(MIB);
    expect(text).toMatch(/\| … \d+ more \| {2}\|\n\n$/);
    await writeFile(path, 'x'.repeat(MIB - 50));
    expect(await appendSummary(path, 'a', large)).toMatch(/^no job summary was written: .* 1 MiB$/);
    expect((await stat(path)).size).toBe(MIB - 50);
  });

  it('is a regular file: what is not is told, and not written to', async () => {
    const directory = await tempDir();
    expect(await appendSummary(directory, 'a', gate)).toMatch(/is a directory, wanted a regular file/);
    expect(await appendSummary(join(directory, 'no', 'file'), 'a', gate)).toMatch(/^no job summary was written: /);
    await promisify(execFile)('mkfifo', [join(directory, 'pipe')]);
    expect(await appendSummary(join(directory, 'pipe'), 'a', gate)).toMatch(/is a pipe/);
  });
});
