import { describe, expect, it } from 'vitest';
import { attach } from '../../../src/operations/attach/attach.js';
import { read } from '../../../src/operations/pull/read.js';
import { attest } from '../../../src/operations/sign/attest.js';
import { sign } from '../../../src/operations/sign/sign.js';
import { verify } from '../../../src/operations/verify/verify.js';
import { trustKey } from '../../../src/trust/keys/trust-key.js';
import { pushImage } from '../../store/support/artifacts.js';
import { KEY_KINDS, newKey, publicPemOf } from '../../support/signing-keys.js';
import { buildkitIndex } from '../support/mechanisms.js';
import { newLayout } from '../support/places.js';

const CYCLONEDX = '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}';

describe.each(Object.keys(KEY_KINDS))('what a key of %s signs', (kind) => {
  const pair = newKey(kind);
  const signing = { key: pair.privateKey };
  const trust = [trustKey(publicPemOf(pair))];

  it('is verified with its public key: signature, attestation, attachment', async () => {
    const store = await newLayout();
    await pushImage(store, 'image', { tags: ['v1'] });
    const at = { store, tag: 'v1' };
    const signature = await sign(at, signing);
    const attestation = await attest(at, { content: CYCLONEDX, name: 'bom.json' }, signing);
    const options = { artifactType: 'text/x', settle: false, sign: signing };
    const attached = await attach(at, [{ content: 'a', name: 'a.txt' }], options);
    const result = await verify(at, { trust, require: ['signature', 'sbom@cyclonedx'] });
    expect(result.outcome).toBe('verified');
    const verdicts = new Map([...result].map(({ digest, verdict, kind }) => [digest, [verdict, kind]]));
    expect(verdicts.get(signature.digest)).toEqual(['verified', 'signature']);
    expect(verdicts.get(attestation.digest)).toEqual(['verified', 'sbom']);
    expect(verdicts.get(attached.digest)?.[0]).toBe('verified');
  });

  it('is not verified with another key, nor below another image', async () => {
    const store = await newLayout();
    await pushImage(store, 'image', { tags: ['v1'] });
    await pushImage(store, 'other', { tags: ['v2'] });
    const { digest } = await sign({ store, tag: 'v1' }, signing);
    const other = [trustKey(publicPemOf(newKey()))];
    await expect(verify({ store, tag: 'v1' }, { trust: other })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    const bundle = { content: await read({ store, digest }), name: 'a.json' };
    await attach({ store, tag: 'v2' }, [bundle], { settle: false });
    const moved = await verify({ store, tag: 'v2' }, { trust, partial: true });
    expect([...moved].map(({ verdict, reason }) => [verdict, reason])).toEqual([['wrong', 'subject']]);
  });
});

it('covers each platform: by the index, and by itself with recursive', async () => {
  const pair = newKey();
  const trust = [trustKey(publicPemOf(pair))];
  const store = await newLayout();
  const { images } = await buildkitIndex(store);
  await sign({ store, tag: 'multi' }, { key: pair.privateKey });
  const byIndex = await verify({ store, tag: 'multi' }, { trust, require: ['signature'] });
  expect(byIndex.outcome).toBe('verified');
  const [image] = images;
  const alone = verify({ store, digest: image?.digest }, { trust });
  await expect(alone).rejects.toMatchObject({ code: 'NO_MATCH' });
  await sign({ store, tag: 'multi' }, { key: pair.privateKey, recursive: true });
  expect((await verify({ store, digest: image?.digest }, { trust })).outcome).toBe('verified');
});
