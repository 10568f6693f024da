import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exitCodeFor } from '../../../src/cli/command/exit-codes.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { check } from '../../../src/operations/check/check.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { detach } from '../../../src/operations/detach/detach.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { pull } from '../../../src/operations/pull/pull.js';
import { INDEX, MANIFEST } from '../../store/layout/support/by-hand.js';
import { tempDir } from '../../support/temp.js';

const SBOM = 'application/spdx+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';
const empty = { mediaType: EMPTY, digest: digestOf(Buffer.from('{}')), size: 2 };

function document(content: object) {
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: empty, layers: [], ...content }),
  );
  return { bytes, descriptor: { mediaType: MANIFEST, digest: digestOf(bytes), size: bytes.length } };
}

/** A registry whose lists name so many manifests that all answer 404, by the Referrers API or by the referrers tag. */
async function begin({ way, count, heals = false }: { way: 'api' | 'tag'; count: number; heals?: boolean }) {
  const image = document({ artifactType: 'a/b' });
  const kept = document({ artifactType: SBOM, subject: image.descriptor });
  const gone = Array.from({ length: count }, (_, n) => ({ ...document({ n }).descriptor, artifactType: 'x/gone' }));
  let asked = 0;
  const list = () => {
    const manifests = heals && asked++ > 0 ? [kept.descriptor] : [...gone, ...(heals ? [kept.descriptor] : [])];
    return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  };
  const server = createServer((request, response) => {
    const [, name] = /^\/v2\/a\/(.*)$/.exec(request.url ?? '') ?? [];
    const answer = (body: Buffer, type: string) => {
      response.writeHead(200, {
        'Content-Type': type,
        'Docker-Content-Digest': digestOf(body),
        'Content-Length': body.length,
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const listed =
      way === 'api' ? `referrers/${image.descriptor.digest}` : `manifests/${image.descriptor.digest.replace(':', '-')}`;
    if (request.url === '/v2/') answer(Buffer.from('{}'), 'application/json');
    else if (name === 'manifests/v1' || name === `manifests/${image.descriptor.digest}`) answer(image.bytes, MANIFEST);
    else if (name === listed) answer(list(), INDEX);
    else if (name === `manifests/${kept.descriptor.digest}` && heals) answer(kept.bytes, MANIFEST);
    else if (name === `blobs/${empty.digest}`) answer(Buffer.from('{}'), 'application/octet-stream');
    else if (way === 'api' && name?.startsWith('referrers/'))
      answer(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] })), INDEX);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { reference: `127.0.0.1:${address.port}/a:v1`, options: { connection: { plainHttp: true } }, kept };
}

describe.each(['api', 'tag'] as const)('a list by the %s that names what is not there', (way) => {
  it.each([1, 40, 1500])('is not called empty, with %i entries', { timeout: 120_000 }, async (count) => {
    const { reference, options } = await begin({ way, count });
    const found = await discover(reference, { ...options, partial: true, require: ['sbom'] });
    expect([found.referrers, found.incomplete.length]).toEqual([[], count]);
    const output = await tempDir();
    const failing = [
      discover(reference, options),
      pull(reference, { ...options, output, selection: { kind: 'sbom' } }),
      detach(reference, { ...options, selection: { kind: 'sbom' } }),
    ];
    for (const result of await Promise.allSettled(failing))
      expect(result.status === 'rejected' && exitCodeFor(result.reason)).toBe(6);
    const { incomplete } = await copy(reference, `oci:${join(output, 'copy')}:v1`, { ...options, recursive: true });
    expect(incomplete).toHaveLength(count);
    const { findings } = await check(reference, { ...options, recursive: true });
    expect(findings.filter(({ severity }) => severity === 'error').length).toBe(count);
  });

  it('is asked once more: an attachment that another client deleted meanwhile is not missing', async () => {
    const { reference, options, kept } = await begin({ way, count: 3, heals: true });
    const { referrers, incomplete } = await discover(reference, options);
    expect([referrers.map(({ digest }) => digest), incomplete]).toEqual([[kept.descriptor.digest], []]);
  });
});
