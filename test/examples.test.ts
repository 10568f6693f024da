import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { test } from '../examples/vitest-fixture.js';
import { run } from './support/peers.js';

const bin = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

test('the vitest fixture gives a registry that takes a push', async ({ registry }) => {
  const cwd = await mkdtemp(join(tmpdir(), 'remora-example-'));
  try {
    const pushed = await run(process.execPath, [bin, 'push', '--json', `${registry}/app:v1`], { cwd });
    expect(pushed.stderr).toBe('');
    const resolved = await run(process.execPath, [bin, 'resolve', `${registry}/app:v1`], { cwd });
    expect(resolved.stdout.trim()).toBe(JSON.parse(pushed.stdout).digest);
  } finally {
    await rm(cwd, { recursive: true });
  }
});
