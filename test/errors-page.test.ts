import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { exitCodeFor } from '../src/cli/command/exit-codes.js';

it('the page of errors has each code with its exit code, and no other', async () => {
  const [page, source] = await Promise.all(
    ['../docs/errors.md', '../src/errors.ts'].map((path) => readFile(new URL(path, import.meta.url), 'utf8')),
  );
  const codes = [...(source?.split('export interface')[0] ?? '').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(
    ([, code]) => code,
  );
  const rows = new Map(
    [...(page ?? '').matchAll(/^\| `([A-Z_]+)` \| ([\d, ]+) \|/gm)].map(([, code, exit]) => [code, exit]),
  );
  expect(codes.length).toBeGreaterThan(10);
  expect([...rows.keys()].sort()).toEqual(codes.sort());
  for (const [code = '', exit = ''] of rows)
    expect(exit.split(', ').map(Number), code).toContain(code === 'INCOMPLETE' ? 6 : exitCodeFor({ code }));
});
