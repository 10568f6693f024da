import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { makeFiles } from '../io/tar/support/archives.js';
import { noise } from '../store/support/artifacts.js';
import { digestOf } from '../support/image-layout.js';
import type { RegistryOptions } from '../support/registry.js';
import { remora } from '../support/remora.js';
import { tempDir, tree } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { failure, success, withImage } from './support/run.js';

const HELLO = digestOf('hello\n');

async function places(options: RegistryOptions = {}) {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'hello\n', 'folder/': '' });
  const { registry } = await withImage(options);
  return { cwd, registry, all: [`${registry.host}/team/app`, './layout'] };
}

const shown = (place: string) => place.replace(/^\.\//, 'oci:./');

describe('blob put', () => {
  it('prints the digest, of a file and of standard input', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      expect(await runHere(['blob', 'put', place, 'a.txt'], cwd)).toEqual({
        code: 0,
        stdout: `${HELLO}\n`,
        stderr: '',
      });
      expect((await success(['blob', 'put', place, '-'], { cwd, input: 'stdin' })).stdout).toBe(
        `${digestOf('stdin')}\n`,
      );
      const pinned = `${place}@${digestOf('pinned')}`;
      expect((await success(['blob', 'put', pinned, '-'], { cwd, input: 'pinned' })).stdout).toBe(
        `${digestOf('pinned')}\n`,
      );
      const { stdout } = await runHere(['blob', 'put', place, 'a.txt', '--json'], cwd);
      expect(resultSchemas['blob put'].parse(JSON.parse(stdout))).toEqual({
        reference: `${shown(place)}@${HELLO}`,
        digest: HELLO,
        size: 6,
        result: 'exists',
      });
    }
    expect((await tree(cwd)).filter((path) => path.includes('.remora-'))).toEqual([]);
  });

  it('takes no content of another digest, not even where that blob is there', async () => {
    const { cwd, registry, all } = await places();
    for (const place of all) {
      await runHere(['blob', 'put', place, 'a.txt'], cwd);
      await writeFile(join(cwd, 'b.txt'), 'jello\n');
      const { code, found } = await failureHere(5, ['blob', 'put', `${place}@${HELLO}`, 'b.txt'], cwd);
      expect([code, found]).toEqual(['DIGEST_MISMATCH', digestOf('jello\n')]);
      expect((await remora(['blob', 'put', `${place}@${HELLO}`, '-'], { cwd, input: 'jello\n' })).code).toBe(5);
    }
    expect(registry.repository('team/app').blobs.has(digestOf('jello\n'))).toBe(false);
  });

  it('keeps content under its sha512', async () => {
    const { cwd, all } = await places();
    const { createHash } = await import('node:crypto');
    const digest = `sha512:${createHash('sha512').update('hello\n').digest('hex')}`;
    for (const place of all) {
      expect((await runHere(['blob', 'put', `${place}@${digest}`, 'a.txt'], cwd)).stdout).toBe(`${digest}\n`);
      expect((await success(['blob', 'get', `${place}@${digest}`], { cwd })).stdout).toBe('hello\n');
    }
  });

  it('says what is wrong with the place and the file', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      await failureHere(2, ['blob', 'put', `${place}:v1`, 'a.txt'], cwd);
      await failureHere(2, ['blob', 'put', place, 'folder'], cwd);
      await failureHere(3, ['blob', 'put', place, 'none'], cwd);
      await failure(2, ['blob', 'put', place, '-', '--identity-token-stdin'], { cwd, input: 'x' });
    }
  });
});

describe('blob get', () => {
  it('gives the bytes, on standard output or into a file', async () => {
    const { cwd, all } = await places();
    const content = noise(3_000_000);
    await writeFile(join(cwd, 'large.bin'), content.bytes);
    for (const place of all) {
      await runHere(['blob', 'put', place, 'a.txt'], cwd);
      const { stdout } = await runHere(['blob', 'put', place, 'large.bin'], cwd);
      expect((await success(['blob', 'get', `${place}@${HELLO}`], { cwd })).stdout).toBe('hello\n');
      const result = await runHere(['blob', 'get', `${place}@${stdout.trim()}`, '-o', 'out.bin', '--json'], cwd);
      expect(resultSchemas['blob get'].parse(JSON.parse(result.stdout))).toEqual({
        reference: `${shown(place)}@${content.descriptor.digest}`,
        digest: content.descriptor.digest,
        size: 3_000_000,
        path: 'out.bin',
      });
      expect((await readFile(join(cwd, 'out.bin'))).equals(content.bytes)).toBe(true);
    }
  });

  it('asks for the size where HEAD gives none', async () => {
    const { cwd, registry, all } = await places({
      fault: ({ method, path }) =>
        method === 'HEAD' && path.includes('/blobs/') ? { status: 200, body: (async function* () {})() } : undefined,
    });
    registry.putBlob('team/app', 'hello\n');
    expect((await success(['blob', 'get', `${all[0]}@${HELLO}`], { cwd })).stdout).toBe('hello\n');
  });

  it('leaves no file where the content is wrong, and fails where it went to standard output', async () => {
    const { cwd, registry, all } = await places();
    await writeFile(join(cwd, 'old.txt'), 'old');
    for (const place of all) {
      await runHere(['blob', 'put', place, 'a.txt'], cwd);
      const wrong = Buffer.from('jello\n');
      if (place.startsWith('.')) await writeFile(join(cwd, 'layout', 'blobs', 'sha256', HELLO.slice(7)), wrong);
      else registry.repository('team/app').blobs.set(HELLO, { size: 6, bytes: wrong });
      await failureHere(5, ['blob', 'get', `${place}@${HELLO}`, '-o', 'new.txt'], cwd);
      await failureHere(5, ['blob', 'get', `${place}@${HELLO}`, '-o', 'old.txt'], cwd);
      const piped = await remora(['blob', 'get', `${place}@${HELLO}`], { cwd });
      // The last chunk is held back: here that is all of it.
      expect([piped.code, piped.stdout]).toEqual([5, '']);
    }
    expect(await readFile(join(cwd, 'old.txt'), 'utf8')).toBe('old');
    expect((await tree(cwd)).filter((path) => !path.startsWith('layout/'))).toEqual(['a.txt', 'folder/', 'old.txt']);
  });

  it('says what is missing or wrong', async () => {
    const { cwd, all } = await places();
    await runHere(['blob', 'put', './layout', 'a.txt'], cwd);
    for (const place of all) {
      expect((await failureHere(3, ['blob', 'get', `${place}@${digestOf('none')}`, '-o', 'x'], cwd)).code).toBe(
        'NOT_FOUND',
      );
      await failureHere(2, ['blob', 'get', place], cwd);
      await failureHere(2, ['blob', 'get', `${place}:v1@${HELLO}`], cwd);
      await failureHere(7, ['blob', 'get', `${place}@${HELLO}`, '-o', 'folder'], cwd);
      const both = await runHere(['blob', 'get', `${place}@${HELLO}`, '--json'], cwd);
      expect([both.code, JSON.parse(both.stdout).error.hint]).toEqual([2, 'Give -o FILE']);
    }
  });
});

describe('blob delete', () => {
  it('deletes one blob', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const reference = `${place}@${HELLO}`;
      await runHere(['blob', 'put', place, 'a.txt'], cwd);
      expect(await runHere(['blob', 'delete', '-y', reference], cwd)).toEqual({
        code: 0,
        stdout: `Deleted ${shown(reference)}\n`,
        stderr: '',
      });
      await failureHere(3, ['blob', 'delete', '-y', reference], cwd);
      await runHere(['blob', 'put', place, 'a.txt'], cwd);
      const { stdout } = await runHere(['blob', 'delete', '-y', reference, '--json'], cwd);
      expect(resultSchemas['blob delete'].parse(JSON.parse(stdout))).toEqual({
        reference: shown(reference),
        deleted: true,
      });
    }
  });

  it('leaves a manifest of a layout alone', async () => {
    const { cwd } = await places();
    await runHere(['push', './layout:v1', 'a.txt'], cwd);
    const digest = (await runHere(['resolve', './layout:v1'], cwd)).stdout.trim();
    const { code, hint } = await failureHere(1, ['blob', 'delete', '-y', `./layout@${digest}`], cwd);
    expect([code, hint]).toEqual(['UNSUPPORTED', 'Delete it as a manifest']);
    expect((await runHere(['inspect', './layout:v1'], cwd)).code).toBe(0);
  });

  it('wants a confirmation and a digest', async () => {
    const { cwd, all } = await places({ deletes: false });
    for (const place of all) {
      expect((await failure(2, ['blob', 'delete', `${place}@${HELLO}`], { cwd })).hint).toContain('--yes');
      await failureHere(2, ['blob', 'delete', '-y', place], cwd);
    }
    await runHere(['blob', 'put', all[0] ?? '', 'a.txt'], cwd);
    const refused = await failureHere(1, ['blob', 'delete', '-y', `${all[0]}@${HELLO}`], cwd);
    expect(refused.message).toContain('does not let blobs be deleted');
  });
});
