import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWidths, widthOf } from '../../src/cli/output/width.js';
import { makeFiles } from '../io/tar/support/archives.js';
import { noise } from '../store/support/artifacts.js';
import { tempDir } from '../support/temp.js';
import { noTerminal, onTerminal } from '../support/terminal.js';
import { runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

const SLOW = { slow: { bytes: 100_000, pause: 80 } };
const EVIL = '日本語のモデル\u202e.bin';

/** An artifact `:large` of two files of 3 MB that come slowly, and the files beside it. */
async function withLarge() {
  let isSlow = false;
  const { image, registry } = await withImage({
    fault: ({ method, path }) => (isSlow && method === 'GET' && path.includes('/blobs/') ? SLOW : undefined),
  });
  const cwd = await tempDir();
  const large = image.replace(':v1', ':large');
  await makeFiles(cwd, { 'model.bin': noise(3_000_000, 'a').bytes, [EVIL]: noise(3_000_000, 'b').bytes });
  expect((await runHere(['push', large, 'model.bin', EVIL], cwd)).code).toBe(0);
  isSlow = true;
  return { large, registry, cwd };
}

/** What bars show, line by line, without what moves the cursor. */
function linesOf(output: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they move the cursor
  return output.split(/\u001b\[[\d;?]*[A-Za-z]|[\r\n]/).filter((text) => /ing {2}/.test(text));
}

describe.skipIf(noTerminal)(`progress on a terminal${noTerminal ? ` (skipped: ${noTerminal})` : ''}`, () => {
  beforeAll(() => loadWidths('日本語'));

  it.each([60, 80])(
    'names the files and the way, with speed and time left, in lines that fit %i columns',
    async (columns) => {
      const { large, cwd } = await withLarge();
      const { code, output } = await onTerminal(`pull ${large} -o out`, [], { cwd, columns });
      expect(code, output).toBe(0);
      const lines = linesOf(output);
      expect(lines.join('\n')).toMatch(/downloading {2}model\.bin .* \d+% .* [kM]B\/s {2}\d+ s left/);
      expect(lines.join('\n')).toMatch(/downloading {2}日本/);
      for (const line of lines) expect(widthOf(line)).toBeLessThan(columns);
      expect(output).not.toContain('\u202e');
    },
  );

  it('names the sum of a copy, and its blobs by their titles', async () => {
    const { large, cwd } = await withLarge();
    const { code, output } = await onTerminal(`copy ${large} oci:./copy`, [], { cwd });
    expect(code, output).toBe(0);
    const lines = linesOf(output).join('\n');
    expect(lines).toMatch(/downloading {2}4 objects, 0 attached .* MB\/s/);
    expect(lines).toMatch(/downloading {2}model\.bin /);
    expect(lines).not.toMatch(/[0-9a-f]{20}/);
  });

  it('is told by no bar to a dumb terminal', async () => {
    const { large, cwd } = await withLarge();
    const { code, output } = await onTerminal(`pull ${large} -o out`, [], {
      cwd,
      env: { ...process.env, TERM: 'dumb' },
    });
    expect([code, output]).toEqual([0, expect.not.stringContaining('\u001b')]);
    expect(output).not.toContain('downloading');
  });
});

it('is not told in a pipe, and not with --json', async () => {
  const { large, cwd } = await withLarge();
  const { code, stderr } = await runHere(['pull', large, '-o', join(cwd, 'out')], cwd);
  expect([code, stderr]).toEqual([0, '']);
});
