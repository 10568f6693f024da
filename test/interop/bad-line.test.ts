import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startLine } from '../support/line.js';
import { describeWithPeers, startApiRegistry, startDistribution2, startDistribution3 } from '../support/peers.js';
import { remora } from '../support/remora.js';
import { startRemora } from '../support/remora-registry.js';
import { tempDir } from '../support/temp.js';

const MB = 1000 * 1000;
/** What is under way in buffers is lost with every cut, so that these must not be much shorter. */
const CUT = 20 * MB;
/** Six cuts, which is more than a request is tried in a row. */
const SIZE = 120 * MB;

/** A file of so many bytes that cannot be compressed, and its digest. */
async function largeFile(path: string, size: number): Promise<string> {
  const file = await open(path, 'w');
  const hash = createHash('sha256');
  try {
    for (let left = size; left > 0; left -= MB) {
      const chunk = randomBytes(Math.min(MB, left));
      hash.update(chunk);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
  return `sha256:${hash.digest('hex')}`;
}

const REGISTRIES = [
  ['distribution 2.8', ['docker-registry'], startDistribution2],
  ['distribution 3', ['registry3'], startDistribution3],
  // It does not know Range: nothing larger than what one connection carries can ever be fetched from it.
  ['a registry with the API', ['api-registry'], startApiRegistry],
  ['remora serve', [], startRemora],
] as const;

for (const [name, peers, start] of REGISTRIES) {
  describeWithPeers(`a line that is cut every 20 MB, before ${name}`, peers, () => {
    it('carries 120 MB there and back, with less than 1.3 times the bytes', { timeout: 180_000 }, async () => {
      const registry = await start();
      onTestFinished(() => registry.close());
      const cwd = await tempDir();
      const digest = await largeFile(join(cwd, 'large.bin'), SIZE);

      const up = await startLine(registry.host, { cutEvery: CUT });
      onTestFinished(() => up.close());
      const pushed = await remora(['push', `${up.host}/team/large:v1`, 'large.bin'], { cwd });
      expect([pushed.code, pushed.stderr]).toEqual([0, '']);
      expect(up.disturbed).toBeGreaterThan(0);
      expect(up.moved.up / SIZE).toBeLessThan(1.3);

      const down = await startLine(registry.host, { cutEvery: CUT });
      onTestFinished(() => down.close());
      const pulled = await remora(['pull', '-o', 'out', `${down.host}/team/large:v1`], { cwd });
      if (start === startApiRegistry) {
        expect(pulled.code).toBe(6);
        expect(await readdir(join(cwd, 'out')).catch(() => [])).toEqual([]);
        return;
      }
      expect([pulled.code, pulled.stderr]).toEqual([0, '']);
      expect(down.disturbed).toBeGreaterThanOrEqual(SIZE / CUT - 1);
      expect(down.moved.down / SIZE).toBeLessThan(1.3);
      expect((await stat(join(cwd, 'out', 'large.bin'))).size).toBe(SIZE);
      const hash = createHash('sha256').update(await readFile(join(cwd, 'out', 'large.bin')));
      expect(`sha256:${hash.digest('hex')}`).toBe(digest);
    });
  });
}
