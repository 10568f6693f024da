import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePlace } from '../../../src/oci/names/place.js';
import { refuseLocalName } from '../../../src/operations/places/local-name.js';
import { tempDir } from '../../support/temp.js';
import { failureHere, runHere } from '../support/in-process.js';

const LONG = 'a'.repeat(10_000);
const TOO_LONG = 'has a name that is too long';

/** A directory with a layout, a file, a directory, and a link to itself. */
async function scene(): Promise<string> {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'file.txt'), 'text');
  await mkdir(join(cwd, 'folder'));
  await symlink('loop', join(cwd, 'loop'));
  expect(await runHere(['push', 'oci:./good:v1', 'file.txt'], cwd)).toMatchObject({ code: 0 });
  return cwd;
}

describe('a path that the system does not follow', () => {
  it.each([
    [3, TOO_LONG, ['discover', `oci:./${LONG}`]],
    [3, TOO_LONG, ['discover', `./${LONG}:v1`]],
    [3, TOO_LONG, ['discover', `oci-archive:${LONG}`]],
    [3, TOO_LONG, ['discover', `dir:${LONG}`]],
    [3, TOO_LONG, ['check', `oci:${LONG}`]],
    [3, TOO_LONG, ['push', `oci:${LONG}:v1`, 'file.txt']],
    [3, TOO_LONG, ['push', 'oci:good:v2', LONG]],
    [3, TOO_LONG, ['pull', 'oci:good:v1', '-o', LONG]],
    [3, TOO_LONG, ['copy', 'oci:good:v1', `oci-archive:${LONG}:v1`]],
    [3, 'goes through a file', ['discover', 'oci:file.txt/below']],
    [3, 'is below something that is not a directory', ['discover', 'oci-archive:file.txt/below']],
    [3, 'is below something that is not a directory', ['discover', 'dir:file.txt/below']],
    [3, 'is below something that is not a directory', ['push', 'oci:good:v2', 'file.txt/below']],
    [3, 'is a file, wanted a directory', ['discover', 'dir:file.txt']],
    [2, 'is a directory, wanted a file', ['discover', 'oci-archive:folder']],
    [1, 'goes through too many symbolic links', ['discover', 'oci:loop']],
    [1, 'goes through too many symbolic links', ['discover', 'oci-archive:loop']],
    [1, 'goes through too many symbolic links', ['discover', 'dir:loop']],
    [1, 'goes through too many symbolic links', ['push', 'oci:good:v2', 'loop']],
  ])('ends with %i, and is told: %s', async (code, message, args) => {
    const error = await failureHere(code, args, await scene());
    expect(error.message).toContain(message);
    if (code === 3) expect(error.hint).toMatch(/^Check the path/);
  });

  it('may be the name of a repository', async () => {
    expect(await refuseLocalName(parsePlace(LONG), false)).toBeUndefined();
  });
});
