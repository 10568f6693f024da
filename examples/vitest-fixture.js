// A registry of its own for each test: `test('…', async ({ registry }) => …)`, where `registry` is like 127.0.0.1:43211.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, listen, openRepositories } from 'remora/serve';
import { test as base } from 'vitest';

export const test = base.extend({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from this pattern
  registry: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'registry-'));
    const server = await listen(createServer(await openRepositories(directory)), { port: 0 });
    await use(server.host);
    await server.close();
    await rm(directory, { recursive: true });
  },
});
