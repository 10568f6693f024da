import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { type Digest, parseDigest } from '../../../src/oci/values/digest.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { type CheckOptions, check } from '../../../src/operations/check/check.js';
import type { CheckResult } from '../../../src/operations/check/schema.js';
import type { Source } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage, referrerOf } from '../../store/support/artifacts.js';
import type { RegistryOptions } from '../../support/registry.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';

const REPOSITORY = 'team/app';
const NOWHERE = `sha256:${'0'.repeat(64)}`;
const INDEX = 'application/vnd.oci.image.index.v1+json';

/** An index of two images as `v1`, with an SBOM, and a signature of that. */
async function pushed(options: RegistryOptions = {}) {
  const { registry, store, open } = await begin(options);
  const images = await Promise.all(['amd64', 'arm64'].map((name) => pushImage(store, name, { child: true })));
  const index = buildIndex({
    manifests: images.map(({ descriptor }, n) => ({
      ...descriptor,
      platform: { os: 'linux', architecture: n === 0 ? 'amd64' : 'arm64' },
    })),
  });
  await store.putManifest(index, { tags: ['v1'] });
  const sbom = await put(store, index.descriptor, SBOM);
  const signature = await put(store, sbom, SIGNATURE);
  const [image] = images;
  if (image?.kind !== 'image') throw new Error('no image');
  registry.clear();
  const [layer] = image.content.layers;
  if (layer === undefined) throw new Error('no layer');
  return { registry, open, index: index.descriptor, image: image.descriptor, layer, sbom, signature };
}

const codes = ({ findings }: CheckResult) => findings.map(({ code, severity }) => `${code} ${severity}`);

async function checked(store: Source, options: CheckOptions = {}): Promise<CheckResult> {
  const result = await check({ store: store, tag: 'v1' }, options);
  expect(result.incomplete).toEqual([]);
  return result;
}

const places = [
  ['with the Referrers API', {}],
  ['without it', { referrers: 'none' } as const],
] as const satisfies readonly (readonly [string, RegistryOptions])[];

describe.each<readonly [string, RegistryOptions]>(places)('check in a registry %s', (_name, options) => {
  it('asks for blobs with HEAD, each once', async () => {
    const { open, registry, index } = await pushed(options);
    const result = await checked(open());
    expect(result.findings).toEqual([]);
    expect(result).toMatchObject({ digest: index.digest, deep: false, checked: { manifests: 3, blobs: 4 } });
    const blobs = registry.requests.filter(({ path }) => path.includes('/blobs/'));
    expect(blobs.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD', 'HEAD']);
    expect(registry.duplicates()).toEqual([]);
  });

  it('reads blobs where that is asked for', async () => {
    const { open, registry, layer } = await pushed(options);
    registry.repository(REPOSITORY).blobs.set(layer.digest, { size: layer.size, bytes: Buffer.alloc(layer.size) });
    expect(codes(await checked(open()))).toEqual([]);
    const result = await checked(open(), { deep: true });
    expect(codes(result)).toEqual(['blob-digest error']);
    expect(result.findings).toMatchObject([
      { digest: layer.digest, fixable: false, fix: 'Copy or push it there again' },
    ]);
    expect(result.checked.bytesRead).toBe(result.checked.bytes);
  });

  it('finds what is missing, and what has another size', async () => {
    const { open, registry, layer, image } = await pushed(options);
    const { blobs, manifests } = registry.repository(REPOSITORY);
    blobs.set(layer.digest, { size: 3, bytes: Buffer.from('abc') });
    expect(codes(await checked(open()))).toEqual(['blob-size error']);
    blobs.delete(layer.digest);
    expect(codes(await checked(open()))).toEqual(['blob-missing error']);
    // A registry has no other place for it: what is a warning in a layout is an error there.
    manifests.delete(image.digest);
    expect(codes(await checked(open()))).toEqual(['child-missing error']);
  });

  it('checks everything that is attached', async () => {
    const { open, registry, sbom, signature } = await pushed(options);
    const result = await checked(open(), { recursive: true });
    expect(result.findings).toEqual([]);
    expect(result.checked.manifests).toBe(options.referrers === 'none' ? 7 : 5);
    registry.repository(REPOSITORY).blobs.clear();
    const broken = await checked(open(), { recursive: true });
    // The empty blob, which SBOM and signature share, is one finding.
    const shared = broken.findings.filter(({ message }) => /sha256:44136fa3/.test(message));
    expect(shared).toMatchObject([{ code: 'blob-missing', severity: 'error' }]);
    expect([sbom, signature].some(({ digest }) => shared[0]?.message.includes(digest))).toBe(true);
  });

  it('checks the referrers tags', async () => {
    const { open, registry, index, sbom, signature } = await pushed(options);
    const list = (digest: Digest, manifests: readonly object[]) =>
      registry.putManifest(
        REPOSITORY,
        { schemaVersion: 2, mediaType: INDEX, manifests },
        { tag: referrersTag(digest) },
      );
    const found = async () => codes(await checked(open(), { recursive: true }));
    list(index.digest, [{ ...sbom, artifactType: SCAN }]);
    expect(await found()).toEqual(['list-differs warning']);
    list(
      index.digest,
      [sbom, sbom].map((entry) => ({ ...entry, artifactType: SBOM })),
    );
    expect(await found()).toEqual(['list-twice warning']);
    list(index.digest, [{ ...sbom, artifactType: SBOM }, signature]);
    expect(await found()).toEqual(['list-other-subject warning']);
    list(index.digest, [
      { ...sbom, artifactType: SBOM },
      { ...sbom, digest: NOWHERE },
    ]);
    expect(await found()).toEqual(['list-names-nothing error']);
    registry.repository(REPOSITORY).tags.set(referrersTag(index.digest), sbom.digest);
    expect(await found()).toContain('list-no-index warning');
    // As GitLab maps it.
    registry.repository(REPOSITORY).tags.set(referrersTag(index.digest), index.digest);
    expect(await found()).toEqual([]);
  });
});

describe('check in a registry', () => {
  it('notes a subject that is not there', async () => {
    const { open, registry } = await pushed();
    const lost = referrerOf({ mediaType: INDEX, digest: parseDigest(NOWHERE), size: 1 }, SBOM);
    registry.putManifest(REPOSITORY, Buffer.from(lost.bytes), { tag: 'lost' });
    const result = await check({ store: open(), tag: 'lost' });
    expect(codes(result)).toContain('subject-missing note');
  });

  it.each([
    ['a blob', /\/blobs\//, { status: 500 }, 'BUSY'],
    ['a blob', /\/blobs\//, { status: 403 }, 'FORBIDDEN'],
    ['a child', /\/manifests\/sha256:/, { status: 401 }, 'UNAUTHORIZED'],
    ['the Referrers API', /\/referrers\//, { status: 500 }, 'BUSY'],
    ['a tag of cosign', /\.sig$/, { status: 503 }, 'BUSY'],
    ['a blob', /\/blobs\//, 'reset', 'UNREACHABLE'],
  ] as const)('calls nothing fine when %s cannot be asked: %s, %j', async (_what, path, fault, code) => {
    let broken = false;
    const { open } = await pushed({ fault: (request) => (broken && path.test(request.path) ? fault : undefined) });
    broken = true;
    const result = await check({ store: open(), tag: 'v1' }, { recursive: true });
    expect(result.incomplete[0]?.error).toMatchObject({ code });
    expect(result.findings).toEqual([]);
    expect(result.incomplete.length).toBeGreaterThan(0);
    for (const { error } of result.incomplete) expect(error.code).toBe(code);
  });

  it('fails where the tag does not exist', async () => {
    const { open } = await pushed();
    await expect(check({ store: open(), tag: 'v2' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
