import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { push } from '../../src/operations/push/push.js';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { newKey, pemOf } from '../support/signing-keys.js';
import { tempDir } from '../support/temp.js';
import { failureHere } from './support/in-process.js';
import { failure, json, success } from './support/run.js';

const CYCLONEDX = '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}';
const pem = pemOf(newKey());

/** A directory with a key, documents, and an image in a layout. */
async function withFiles() {
  const cwd = await tempDir();
  const files = { 'key.pem': pem, 'bom.json': CYCLONEDX, 'review.json': '{"good":true}', 'note.txt': 'good' };
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
  await push(`oci:${join(cwd, 'layout')}:v1`, [join(cwd, 'note.txt')]);
  return { cwd };
}

const attest = (...words: string[]) => ['attest', '--key', 'key.pem', 'oci:./layout:v1', ...words];

it('prints the subject, the signature and the predicate type; again that it was there', async () => {
  const at = await withFiles();
  const first = await success(attest('bom.json'), at);
  expect(first.stdout).toMatch(
    /^Attested: .*\nAttestation: .*\nPredicate: +https:\/\/cyclonedx.org\/bom\nKey: +sha256:/,
  );
  const again = await success(attest('bom.json'), at);
  expect(again.stdout).toContain('(was there already)');
  const result = resultSchemas.attest.parse(await json(attest('bom.json'), at));
  expect(result).toMatchObject({ result: 'exists', predicateType: 'https://cyclonedx.org/bom' });
});

it('reads standard input, and gives the document back', async () => {
  const at = await withFiles();
  const words = attest('-', '--predicate-type', 'https://acme.example/review/v1');
  expect(await json(words, { ...at, input: '{"n":1.50}' })).toMatchObject({ result: 'written' });
  await success(['pull', '--kind', 'attestation', '--unwrap', '-o', 'out', 'oci:./layout:v1'], at);
});

it('shows the statement in a dry run', async () => {
  const at = await withFiles();
  const { stdout } = await success(attest('--dry-run', 'bom.json'), at);
  expect(JSON.parse(stdout)).toMatchObject({ predicate: JSON.parse(CYCLONEDX) });
});

it.each<[string, string[], string, RegExp]>([
  ['a document that is not recognised', ['review.json'], 'review.json is not recognised', /--predicate-type/],
  [
    'a type that is neither a URI nor a name',
    ['bom.json', '--predicate-type', 'sbom'],
    '"sbom" is neither',
    /spdxjson/,
  ],
  ['text', ['note.txt', '--predicate-type', 'urn:a:b'], 'note.txt is not a JSON object', /custom/],
])('refuses with 2: %s', async (_what, words, message, hint) => {
  const failed = await failureHere(2, attest(...words), (await withFiles()).cwd);
  expect(failed).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) });
  expect(failed.hint).toMatch(hint);
});

it('fails with 3 for a document that is not there, and with 2 for swapped arguments', async () => {
  const at = await withFiles();
  expect((await failure(3, attest('nope.json'), at)).code).toBe('NOT_FOUND');
  const swapped = await failure(2, ['attest', '--key', 'key.pem', 'bom.json', 'oci:./layout:v1'], at);
  expect(swapped.message).toContain('swapped arguments');
});
