import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tempDir } from '../../support/temp.js';
import { envelopeOf, makeKey, type TestKey, toJson } from '../../trust/support/envelopes.js';
import { runHere } from './in-process.js';

export const SPDX = 'https://spdx.dev/Document';

/** A directory with an artifact `oci:./layout:v1`, and the files `good.pub` and `other.pub` of two keys. */
export async function withKeys(): Promise<{
  readonly cwd: string;
  readonly good: TestKey;
  readonly other: TestKey;
  readonly digest: string;
}> {
  const cwd = await tempDir();
  const [good, other] = [makeKey(), makeKey('Ed25519')];
  for (const [name, { trust, privateKey }] of Object.entries({ good, other })) {
    await writeFile(join(cwd, `${name}.pub`), trust.key.export({ type: 'spki', format: 'pem' }));
    await writeFile(join(cwd, `${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  await writeFile(join(cwd, 'app.yaml'), 'listen: 8080\n');
  await done(['push', 'oci:./layout:v1', 'app.yaml'], cwd);
  const digest = (await done(['resolve', 'oci:./layout:v1'], cwd)).trim();
  return { cwd, good, other, digest };
}

/** Attaches an in-toto statement about `digest` to an artifact, in an envelope by these keys. */
export async function attachSigned(
  cwd: string,
  subject: string,
  { keys, digest, predicateType = SPDX }: { keys: readonly TestKey[]; digest: string; predicateType?: string },
): Promise<void> {
  await writeFile(join(cwd, 'envelope.json'), envelopeAbout(digest, keys, predicateType));
  await done(['attach', '--no-settle', subject, 'envelope.json'], cwd);
}

/** An in-toto statement about `digest`, in an envelope by these keys. */
export function envelopeAbout(digest: string, keys: readonly TestKey[], predicateType = SPDX): Buffer {
  return toJson(envelopeOf(statementAbout(digest, predicateType), keys));
}

/** The bytes of an in-toto statement about `digest`. */
export function statementAbout(digest: string, predicateType = SPDX): Buffer {
  const [algorithm = '', hex = ''] = digest.split(':');
  const subject = [{ name: 'app', digest: { [algorithm]: hex } }];
  return toJson({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate: {} });
}

/** The output of a command that succeeds. */
export async function done(args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runHere(args, cwd);
  expect(code, stderr).toBe(0);
  return stdout;
}
