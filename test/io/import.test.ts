import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const io = fileURLToPath(new URL('../../src/io', import.meta.url));
const files = readdirSync(io, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

it('registers no handler and starts no timer on import', () => {
  const statements = /^(?:process\.(?:on|once)|setInterval|setTimeout|await|for|if|try)\b.*/gm;
  const found = files.flatMap((file) => readFileSync(join(io, file), 'utf8').match(statements) ?? []);
  expect(found).toEqual([]);
});
