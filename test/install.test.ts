import { execFile } from 'node:child_process';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { followPage } from './support/console-page.js';
import { PROGRAM } from './support/remora.js';
import { tempDir } from './support/temp.js';
import { noTerminal } from './support/terminal.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(root, 'docs', 'first-steps.md');
const none = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
/** A shell and what every system has beside it, and nothing of this user. */
const SYSTEM = '/usr/bin:/bin';
/** The same with Node.js and npm. */
const NODE = `${dirname(process.execPath)}:/usr/local/bin:${SYSTEM}`;

/** Packs the package, and installs it into a home that has no cache, without the network. */
async function installTarball(home: string, bin: string): Promise<void> {
  const npm = (args: readonly string[], cwd: string) =>
    promisify(execFile)('npm', args, { cwd, env: { ...none, HOME: home, PATH: NODE } });
  await npm(['pack', '--ignore-scripts', '--pack-destination', home], root);
  const tarball = (await readdir(home)).find((name) => name.endsWith('.tgz')) ?? '';
  await npm(['install', '--global', '--offline', '--no-audit', '--prefix', dirname(bin), `./${tarball}`], home);
}

/**
 * A text in which digests are numbers in the order in which they come, so that those of another key and its signatures compare
 * equal; so do the sizes of such signatures, which are one or two bytes apart.
 */
function comparable(text: string): string {
  const numbers = new Map<string, number>();
  const numbered = text.replaceAll(/\b[0-9a-f]{12,64}\b/g, (digest) => {
    const start = digest.slice(0, 12);
    numbers.set(start, numbers.get(start) ?? numbers.size);
    return `${numbers.get(start)}:${digest.length}`;
  });
  return numbered.replaceAll(/(signature .*)\b\d{3} B/g, '$1… B').replaceAll(/\(\d+\.\d kB\)/g, '(… kB)');
}

/** The ten minutes of the page, with what it prints; `REMORA_WRITE_BLOCKS=1` changes the page instead. */
async function takeFirstSteps(home: string, path: string): Promise<void> {
  const { written, made } = await followPage(PAGE, { home, path });
  if (process.env.REMORA_WRITE_BLOCKS !== '1') expect(comparable(made)).toBe(comparable(written));
  else if (comparable(made) !== comparable(written)) await writeFile(PAGE, made);
}

const canFollow = process.platform !== 'win32' && noTerminal === undefined;
describe.skipIf(!canFollow)('in a home that has nothing, the first steps of docs/', { timeout: 120_000 }, () => {
  it('are true where the tarball is installed without the network', async () => {
    const home = await tempDir();
    const own = await tempDir();
    await installTarball(own, join(own, 'bin'));
    await takeFirstSteps(home, `${join(own, 'bin')}:${NODE}`);
  });

  it.skipIf(!process.env.REMORA_PROGRAM)('are true where the executable is copied', async () => {
    const home = await tempDir();
    const bin = await tempDir();
    await copyFile(PROGRAM[0], join(bin, 'remora'));
    await takeFirstSteps(home, `${bin}:${SYSTEM}`);
  });
});
