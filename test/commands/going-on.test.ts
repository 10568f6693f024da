import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeFiles } from '../io/tar/support/archives.js';
import { noise } from '../store/support/artifacts.js';
import { tempDir } from '../support/temp.js';
import { runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

const GOES_ON = /[Rr]un the same command again: it goes on with what is missing/;
const FILES = { 'small.bin': noise(1000, 'small').bytes, 'large.bin': noise(2_000_000, 'large').bytes };

/** A registry whose line breaks, while it is broken, after so many blobs have arrived. */
async function withBrokenLine(how: 'reset' | { readonly status: number }, blobs: number) {
  const line = { isBroken: true, arrived: 0 };
  const { image } = await withImage({
    fault({ method, path }) {
      if (!line.isBroken || !path.includes('/uploads/')) return undefined;
      if (line.arrived >= blobs) return how;
      if (method === 'PUT') line.arrived++;
      return undefined;
    },
  });
  const cwd = await tempDir();
  await makeFiles(cwd, FILES);
  return { target: image.replace(':v1', ':v2'), cwd, line };
}

const pushed = z.object({ layers: z.array(z.object({ result: z.string() })) });
const copied = z.object({ objects: z.array(z.object({ size: z.number(), result: z.string() })) });

describe('a line that breaks in the middle', () => {
  it.each(['reset', { status: 503 }] as const)('push goes on where it ended: %j', async (how) => {
    const { target, cwd, line } = await withBrokenLine(how, 2);
    const words = ['push', target, '--concurrency', '1', 'small.bin', 'large.bin'];
    const broken = await runHere(words, cwd);
    expect([broken.code, broken.stderr]).toEqual([6, expect.stringMatching(GOES_ON)]);
    line.isBroken = false;
    const again = await runHere([...words, '--json'], cwd);
    expect(pushed.parse(JSON.parse(again.stdout)).layers.map(({ result }) => result)).toContain('exists');
  });

  it('copy goes on where it ended', async () => {
    const { target, cwd, line } = await withBrokenLine('reset', 2);
    expect((await runHere(['push', 'oci:./layout:v2', 'small.bin', 'large.bin'], cwd)).code).toBe(0);
    const words = ['copy', 'oci:./layout:v2', target, '--concurrency', '1'];
    const broken = await runHere(words, cwd);
    expect([broken.code, broken.stderr]).toEqual([6, expect.stringMatching(GOES_ON)]);
    line.isBroken = false;
    const again = copied.parse(JSON.parse((await runHere([...words, '--json'], cwd)).stdout));
    expect(again.objects.filter(({ result }) => result === 'exists').length).toBeGreaterThanOrEqual(2);
    expect(again.objects.map(({ result }) => result)).toContain('copied');
  });

  it('is no promise where nothing has arrived, and where all is fetched anew', async () => {
    const { target, cwd } = await withBrokenLine('reset', 0);
    const alone = await runHere(['push', target, 'large.bin'], cwd);
    expect([alone.code, alone.stderr]).toEqual([6, expect.not.stringMatching(GOES_ON)]);
    const blob = await runHere(['blob', 'put', target.replace(':v2', ''), 'large.bin'], cwd);
    expect([blob.code, blob.stderr]).toEqual([6, expect.not.stringMatching(GOES_ON)]);
    let isBroken = false;
    const { image } = await withImage({
      fault: ({ method, path }) =>
        isBroken && method === 'GET' && path.includes('/blobs/') ? { cutAfter: 1500 } : undefined,
    });
    expect((await runHere(['push', image.replace(':v1', ':v2'), 'small.bin', 'large.bin'], cwd)).code).toBe(0);
    isBroken = true;
    const pulled = await runHere(['pull', image.replace(':v1', ':v2'), '-o', 'out'], cwd);
    expect([pulled.code, pulled.stderr]).toEqual([6, expect.not.stringMatching(GOES_ON)]);
    const archive = await runHere(['copy', image.replace(':v1', ':v2'), 'oci-archive:./a.tar'], cwd);
    expect([archive.code, archive.stderr]).toEqual([6, expect.not.stringMatching(GOES_ON)]);
  });
});
