import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HeldLock, type LockOptions, withLock } from '../../../src/io/files/lock.js';
import { processDomain } from '../../../src/io/files/process-identity.js';
import { tempDir, tree } from '../../support/temp.js';

const FOREIGN = '0123456789ab';
const GONE = `0123456789abcdef ${processDomain()} 2147483647\n`;
const run = promisify(execFile);

async function listenAt(path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
}

async function begin() {
  const directory = await tempDir();
  const path = join(directory, 'some.lock');
  const hold = (id: string, domain: string, pid: number) => writeFile(path, `${id} ${domain} ${pid}\n`);
  return { directory, path, hold };
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

/** Takes the lock and says how long that took. */
async function timeToLock(path: string, options?: LockOptions): Promise<number> {
  const began = performance.now();
  await withLock(path, async () => {}, options);
  return performance.now() - began;
}

it('gives the lock to one at a time, and leaves nothing behind', async () => {
  const { directory, path } = await begin();
  let inside = 0;
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      withLock(path, async () => {
        inside += 1;
        expect(inside).toBe(1);
        await sleep(Math.random() * 5);
        inside -= 1;
        return n;
      }),
    ),
  );
  expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(await tree(directory)).toEqual([]);
});

it('is free again when the action fails, with its error', async () => {
  const { directory, path } = await begin();
  const failure = new Error('the action failed');
  await expect(withLock(path, () => Promise.reject(failure))).rejects.toBe(failure);
  expect(await tree(directory)).toEqual([]);
});

it('is taken over at once from a dead process, by one of many', async () => {
  const { directory, path, hold } = await begin();
  await hold('aaaaaaaaaaaaaaaa', processDomain(), await deadProcess());
  let inside = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: 20 }, () =>
      withLock(path, async ({ assertHeld }) => {
        inside += 1;
        expect(inside).toBe(1);
        await sleep(1);
        assertHeld();
        inside -= 1;
      }),
    ),
  );
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await tree(directory)).toEqual([]);
});

it.skipIf(process.platform !== 'linux')(
  'is taken over from a process that was killed and never asked for',
  async () => {
    const { path, hold } = await begin();
    // The shell becomes `sleep` before its child ends, and does not ask for it: a shell that is still one could.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60']);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line).trim());
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await sleep(10);
    await hold('bbbbbbbbbbbbbbbb', processDomain(), pid);
    expect(await timeToLock(path)).toBeLessThan(5_000);
  },
);

it('waits for a living process', async () => {
  const { path } = await begin();
  let released = false;
  const holding = withLock(path, async () => {
    await sleep(300);
    released = true;
  });
  await withLock(path, async () => expect(released).toBe(true));
  await holding;
});

it('is taken over from another host once nobody renews it', async () => {
  const { directory, path, hold } = await begin();
  await hold('cccccccccccccccc', FOREIGN, 1);
  const took = await timeToLock(path, { abandonedMs: 400 });
  expect(took).toBeGreaterThanOrEqual(400);
  expect(took).toBeLessThan(5_000);
  expect(await tree(directory)).toEqual([]);
});

it('is not taken over from another host that renews it', async () => {
  const { path, hold } = await begin();
  await hold('dddddddddddddddd', FOREIGN, 77);
  const timer = setInterval(() => utimesSync(path, new Date(), new Date()), 50);
  onTestFinished(() => clearInterval(timer));
  await expect(timeToLock(path, { abandonedMs: 1_000, waitMs: 1_600 })).rejects.toMatchObject({
    code: 'CHANGED',
    message: expect.stringContaining('77'),
  });
  expect(readFileSync(path, 'utf8')).toContain('dddddddddddddddd');
});

it('is renewed by its holder', async () => {
  const { path } = await begin();
  const holding = withLock(path, () => sleep(2_000), { renewMs: 50 });
  // Another host would take it after a second without renewal.
  await expect(timeToLock(path, { abandonedMs: 1_000, waitMs: 1_600 })).rejects.toMatchObject({ code: 'CHANGED' });
  await holding;
});

it('is taken over when it is empty and stays so', async () => {
  const { directory, path } = await begin();
  writeFileSync(path, '');
  const took = await timeToLock(path, { emptyMs: 300 });
  expect(took).toBeGreaterThanOrEqual(300);
  expect(took).toBeLessThan(5_000);
  expect(await tree(directory)).toEqual([]);
  writeFileSync(path, '');
  expect(await timeToLock(path)).toBeLessThan(5_000);
});

it('is not taken over while its maker writes it', async () => {
  const { path } = await begin();
  writeFileSync(path, '');
  setTimeout(() => writeFileSync(path, `eeeeeeeeeeeeeeee ${FOREIGN} 5\n`), 150);
  await expect(timeToLock(path, { emptyMs: 1_000, waitMs: 1_500 })).rejects.toMatchObject({ code: 'CHANGED' });
});

it('tells its holder that it was taken, and leaves the lock of the other', async () => {
  const { path, hold } = await begin();
  await withLock(path, async ({ assertHeld }) => {
    assertHeld();
    unlinkSync(path);
    expect(assertHeld).toThrow(expect.objectContaining({ code: 'CHANGED' }));
    await hold('ffffffffffffffff', FOREIGN, 9);
    expect(assertHeld).toThrow(expect.objectContaining({ code: 'CHANGED', message: expect.stringContaining(path) }));
  });
  expect(readFileSync(path, 'utf8')).toBe(`ffffffffffffffff ${FOREIGN} 9\n`);
});

it('stops waiting when it is interrupted', async () => {
  const { path, hold } = await begin();
  await hold('1111111111111111', FOREIGN, 1);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const began = performance.now();
  await expect(timeToLock(path, { signal: controller.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(existsSync(path)).toBe(true);
});

it('cannot be had where there is no directory', async () => {
  const path = join(await tempDir(), 'nowhere', 'some.lock');
  await expect(timeToLock(path)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('removes what a process left that was killed while it removed another lock', async () => {
  const { directory, path, hold } = await begin();
  const dead = await deadProcess();
  // Killed after it had removed the lock 2222…, and another while it was about to remove the lock 4444….
  await writeFile(`${path}.2222222222222222`, `3333333333333333 ${processDomain()} ${dead}\n`);
  await writeFile(`${path}.4444444444444444`, `5555555555555555 ${processDomain()} ${dead}\n`);
  await writeFile(`${path}.4444444444444444.6666666666666666`, '');
  await hold('4444444444444444', processDomain(), dead);
  await writeFile(join(directory, 'some.lockfile'), 'not ours');
  await withLock(path, async () => {
    const { mtimeMs } = statSync(path);
    expect(Date.now() - mtimeMs).toBeLessThan(60_000);
  });
  expect(await readdir(directory)).toEqual(['some.lockfile']);
});

it.each<[string, (path: string) => Promise<unknown>]>([
  ['a symlink that leads nowhere', (path) => symlink('nowhere', path)],
  ['a symlink that leads to a lock', (path) => writeFile(`${path}ed`, GONE).then(() => symlink(`${path}ed`, path))],
  ['a symlink to a device', (path) => symlink('/dev/zero', path)],
  ['a symlink that leads to itself', (path) => symlink(path, path)],
  ['a directory', (path) => mkdir(path)],
  ['a pipe', (path) => run('mkfifo', [path])],
  ['a socket', (path) => listenAt(path)],
])('ends where %s has its name', async (_, spoil) => {
  const { path } = await begin();
  await spoil(path);
  await expect(withLock(path, async () => {})).rejects.toMatchObject({
    code: 'EXISTS',
    message: expect.stringContaining(path),
    hint: 'Remove it',
  });
});

describe('a lock file from elsewhere', () => {
  it.each([
    'x/../../victim 0123456789ab 1\n',
    '../victim 0123456789ab 1\n',
    `aaaaaaaaaaaaaaaa/../victim ${FOREIGN} 1\n`,
    `AAAAAAAAAAAAAAAA ${FOREIGN} 1\n`,
    `aaaaaaaaaaaaaaaaa ${FOREIGN} 1\n`,
    `aaaaaaaaaaaaaaaa ../../victim 1\n`,
    `aaaaaaaaaaaaaaaa ${FOREIGN} -1\n`,
    `aaaaaaaaaaaaaaaa ${FOREIGN} 1\n../victim\n`,
    `\0${'../'.repeat(1000)}victim`,
    `${'a'.repeat(5000)} ${FOREIGN} 1\n`,
  ])('is named after its file, whatever it says: %j', async (content) => {
    const { directory, path } = await begin();
    for (const name of ['victim', 'some.lockvictim']) await writeFile(join(directory, name), 'the only copy\n');
    // A path through a folder that is there leads further.
    await mkdir(`${path}.x`);
    await writeFile(`${path}.x/kept`, '');
    await writeFile(path, content);
    await withLock(path, async () => {}, { abandonedMs: 200 });
    expect(await tree(directory)).toEqual(['some.lock.x/kept', 'some.lockvictim', 'victim']);
  });

  it('that names groups of processes, or ids that none can have, is taken over', async () => {
    for (const pid of [0, 2 ** 31, 9_999_999_999]) {
      const { path, hold } = await begin();
      await hold('aaaaaaaaaaaaaaaa', processDomain(), pid);
      await withLock(path, async () => {}, { waitMs: 5_000 });
    }
  });

  it('lets no name go that is not of a lock', async () => {
    const { directory, path } = await begin();
    const kept = ['.bak', '.0123456789ABCDEF', '.0123456789abcdef.old', '.file-x', '.0123456789abcde'].map(
      (end) => `some.lock${end}`,
    );
    for (const name of [...kept, 'some.lock.0123456789abcdef', 'some.lock.file-12-34.0123456789abcdef'])
      await writeFile(join(directory, name), '');
    await withLock(path, async () => {});
    expect(await tree(directory)).toEqual(kept.toSorted());
  });

  it('is waited for no longer than the whole time, however many stand behind each other', async () => {
    const { path, hold } = await begin();
    await hold('aaaaaaaaaaaaaaaa', FOREIGN, 1);
    await writeFile(`${path}.aaaaaaaaaaaaaaaa`, `bbbbbbbbbbbbbbbb ${FOREIGN} 1\n`);
    await writeFile(`${path}.aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbb`, `cccccccccccccccc ${FOREIGN} 1\n`);
    await expect(timeToLock(path, { abandonedMs: 400, waitMs: 600 })).rejects.toMatchObject({ code: 'CHANGED' });
  });
});

describe('a holder that slept', () => {
  /** Takes the lock from a holder that does not renew it, and writes a file meanwhile. */
  async function overtaken(wakeUp: (lock: HeldLock, target: string) => Promise<unknown>) {
    const { directory, path } = await begin();
    const target = join(directory, 'target');
    await writeFile(target, 'before');
    const held = withLock(
      path,
      async (lock) => {
        await withLock(path, (other) => other.replaceFile(target, Buffer.from('of the other')), { abandonedMs: 200 });
        await wakeUp(lock, target);
      },
      { renewMs: 1_000_000 },
    );
    await expect(held).rejects.toMatchObject({ code: 'CHANGED', message: expect.stringContaining('was lost') });
    expect(readFileSync(target, 'utf8')).toBe('of the other');
    expect(await tree(directory)).toEqual(['target']);
  }

  it('replaces nothing', () => overtaken((lock, target) => lock.replaceFile(target, Buffer.from('of the sleeper'))));

  it('removes nothing', () => overtaken(async (lock, target) => lock.removeFile(target)));

  it('replaces nothing when it slept behind its look at the lock', async () => {
    const { directory, path, hold } = await begin();
    const target = join(directory, 'target');
    // The file of a holder of another host that is about to be renamed, and those of others.
    await hold('abcdefabcdefabcd', FOREIGN, 7);
    const [whole, other] = ['abcdefabcdef', '012345678901'].map((end) => `.remora-${FOREIGN}-7-${end}.tmp`);
    for (const name of [whole, other]) await writeFile(join(directory, name ?? ''), 'of the sleeper');
    await withLock(path, (lock) => lock.replaceFile(target, Buffer.from('of the other')), { abandonedMs: 200 });
    expect(await tree(directory)).toEqual([other, 'target']);
  });
});

it('replaces and removes files while it is held', async () => {
  const { directory, path } = await begin();
  const target = join(directory, 'target');
  await withLock(path, async (lock) => {
    await lock.replaceFile(target, Buffer.from('one'), 0o600);
    await lock.replaceFile(target, Buffer.from('two'), 0o600);
    expect(readFileSync(target, 'utf8')).toBe('two');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(await lock.removeFile(target)).toBe(true);
    expect(await lock.removeFile(target)).toBe(false);
    await expect(lock.replaceFile(join(directory, 'none', 'x'), Buffer.from(''))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
  expect(await tree(directory)).toEqual([]);
});

it.each<[string, (path: string) => void]>([
  ['became a directory', (path) => mkdirSync(path)],
  ['became a symlink', (path) => symlinkSync('nowhere', path)],
  ['is gone', () => {}],
])('ends well where the lock %s when the work is done', async (_, spoil) => {
  const { path } = await begin();
  const work = withLock(path, async () => {
    unlinkSync(path);
    spoil(path);
    return 'done';
  });
  expect(await work).toBe('done');
});

it('ends where its directory is missing, or is a file', async () => {
  const { directory, path } = await begin();
  await expect(withLock(join(directory, 'none', 'x'), async () => {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await writeFile(path, '');
  await expect(withLock(join(path, 'x'), async () => {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
