import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '@oclif/core/command';
import { expect, it } from 'vitest';
import { REMORA } from '../support/remora.js';

it('has every file of src/commands under its name', async () => {
  const directory = fileURLToPath(new URL('../../src/commands', import.meta.url));
  const files = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const { commands } = createRequire(import.meta.url)(join(dirname(REMORA), 'program.cjs'));
  expect(Object.keys(commands).sort()).toEqual(files.map((name) => name.slice(0, -3).replaceAll(/[\\/]/g, ':')).sort());
  const summaries = Object.values<typeof Command>(commands).map(({ summary }) => summary);
  expect(new Set(summaries).size).toBe(files.length);
});
