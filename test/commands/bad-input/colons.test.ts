import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../../support/temp.js';
import { failureHere, runHere } from '../support/in-process.js';

const push = (file: string) => ['push', '--dry-run', 'oci:./l:v1', file];

async function withFiles() {
  const cwd = await tempDir();
  for (const name of ['a:b.txt', 'ab:c.txt', 'plain.txt']) await writeFile(join(cwd, name), 'content');
  return cwd;
}

it.each([
  ['a:b.txt', 2, /on drive a: of Windows/, /Rename the file/],
  ['./a:b.txt', 2, /on drive a: of Windows/, /-:NAME/],
  ['plain.txt:', 2, /ends in a colon/, /plain\.txt:TYPE/],
  ['plain.txt:json', 2, /media type of plain\.txt "json"/, /application/],
  ['none:x.txt', 3, /neither none:x\.txt exists nor none/, /last colon/],
  ['none.json:application/json', 3, /^none\.json does not exist/, /Check the path/],
  ['C:\\x', 3, /^C:\\x does not exist/, /Check the path/],
])('%s says what the colon is', async (file, code, message, hint) => {
  const error = await failureHere(code, push(file), await withFiles());
  expect(error.message).toMatch(message);
  expect(error.hint).toMatch(hint);
});

it('a colon may stand in a name, before a type as well', async () => {
  const cwd = await withFiles();
  for (const file of ['ab:c.txt', './ab:c.txt', 'ab:c.txt:text/x', 'plain.txt:text/x'])
    expect(await runHere(push(file), cwd)).toMatchObject({ code: 0 });
});
