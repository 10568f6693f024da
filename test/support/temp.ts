import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { onTestFinished } from './at-once.js';

/** A fresh directory that is removed when the running test is done. */
export async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(await realpath(tmpdir()), 'remora-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}

/** Everything that is not a directory below a directory, and empty directories with a `/` at their end, sorted. */
export async function tree(dir: string): Promise<string[]> {
  // `recursive` of readdir follows links to directories since Node.js 26.
  const below = async (path: string): Promise<string[]> => {
    const entries = await readdir(path, { withFileTypes: true });
    if (entries.length === 0) return [`${path}/`];
    const each = entries.map((entry) => {
      const at = join(path, entry.name);
      return entry.isDirectory() ? below(at) : [at];
    });
    return (await Promise.all(each)).flat();
  };
  const paths = (await below(dir)).filter((path) => path !== `${dir}/`);
  return paths.map((path) => relative(dir, path).split(sep).join('/') + (path.endsWith('/') ? '/' : '')).sort();
}
