import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tempDir } from './temp.js';

const run = promisify(execFile);
const MINOR = { null: '3', full: '7' } as const;

/** The path of a device. Root gets one of its own: a fault in what is tested would replace that of the machine. */
export async function device(name: keyof typeof MINOR): Promise<string> {
  if (process.getuid?.() !== 0) return `/dev/${name}`;
  const path = join(await tempDir(), name);
  await run('mknod', [path, 'c', '1', MINOR[name]]);
  return path;
}
