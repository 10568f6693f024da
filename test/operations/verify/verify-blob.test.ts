import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { verifyBlobSchema } from '../../../src/operations/verify/blob-schema.js';
import { verifyBlob } from '../../../src/operations/verify/verify-blob.js';
import { tempDir } from '../../support/temp.js';
import { envelopeOf, makeKey, PREDICATE_TYPE, statement, toJson } from '../../trust/support/envelopes.js';

const key = makeKey();
const other = makeKey();
const trust = [key.trust];
const CONTENT = 'what was pulled';

const named = (content: Uint8Array | string, name = 'file') => ({ content, name });
const hex = (algorithm: string) => createHash(algorithm).update(CONTENT).digest('hex');
const about = (digest: Readonly<Record<string, string>>, by = key) =>
  named(toJson(envelopeOf(toJson(statement(digest)), [by])), 'bundle');

describe('verifyBlob', () => {
  it('verifies a file by an envelope that names its digest', async () => {
    const folder = await tempDir();
    const [file, bundle] = [join(folder, 'sbom.json'), join(folder, 'sbom.sigstore.json')];
    await writeFile(file, CONTENT);
    await writeFile(bundle, about({ sha256: hex('sha256') }).content);
    const result = await verifyBlob(file, bundle, { trust });
    expect(verifyBlobSchema.parse(result)).toEqual(result);
    expect(result).toMatchObject({
      blob: file,
      bundle,
      digest: `sha256:${hex('sha256')}`,
      size: CONTENT.length,
      outcome: 'verified',
      verdict: 'verified',
      kind: 'sbom',
      predicateType: PREDICATE_TYPE,
      trusts: [key.trust.name],
    });
  });

  it.each(['sha384', 'sha512'])('takes a digest by %s', async (algorithm) => {
    const stream = { content: () => Readable.from([Buffer.from('what was '), Buffer.from('pulled')]), name: 'stream' };
    expect(await verifyBlob(stream, about({ [algorithm]: hex(algorithm) }), { trust })).toMatchObject({
      outcome: 'verified',
    });
  });

  it.each([
    ['of another file', about({ sha256: hex('sha512').slice(0, 64) }), 'subject'],
    ['that names the beginning of a digest', about({ sha256: hex('sha256').slice(0, 32) }), undefined],
    ['whose digest is of another algorithm', about({ sha512: hex('sha256') }), undefined],
    ['by another key', about({ sha256: hex('sha256') }, other), 'untrusted'],
    ['that is empty', named('', 'bundle'), undefined],
    ['that is another document', named('{"any":"thing"}', 'bundle'), undefined],
  ])('refuses an envelope %s', async (_what, bundle, reason) => {
    await expect(verifyBlob(named(CONTENT), bundle, { trust })).rejects.toMatchObject({
      code: 'NOT_VERIFIED',
      message: expect.stringMatching(/^file is not verified by bundle: ./),
    });
    const result = await verifyBlob(named(CONTENT), bundle, { trust, partial: true });
    expect(result.outcome).toBe('not-verified');
    expect(result.kind).toBeUndefined();
    if (reason !== undefined) expect(result.reason).toBe(reason);
  });

  it('needs a trust', async () => {
    await expect(verifyBlob(named(CONTENT), about({ sha256: hex('sha256') }))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
