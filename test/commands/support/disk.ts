import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { tempDir } from '../../support/temp.js';

/** Why no file system can be mounted here; undefined where one can. */
export const CANNOT_MOUNT = whyNot();

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    // In a container root may well lack the right.
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs the right to mount';
  }
}

/** A small file system for the running test. */
export async function smallDisk(size: string): Promise<string> {
  const path = await tempDir();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', path]));
  return path;
}

export function makeReadOnly(path: string): void {
  execFileSync('mount', ['-o', 'remount,ro', path]);
}
