import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { prune } from '../../../src/operations/prune/prune.js';
import { begin, openStore, REPOSITORY } from '../../store/registry/support/start.js';
import {
  attach,
  listDigests,
  pushImage,
  referrerOf,
  text,
  writeContent,
  written,
} from '../../store/support/artifacts.js';
import { startRegistry } from '../../support/registry.js';
import { tempDir } from '../../support/temp.js';
import { cosignTags, DELETING_PLACES, newHostedLayout } from '../detach/support/detaching.js';
import { put, SBOM, SCAN } from '../support/attached.js';
import { dated, digests, pruned, referrersTag, remove, tagsOf } from './support/pruning.js';

describe('the places of prune', () => {
  it('get their own secrets: those of the repository go to no other registry', async () => {
    const users = { robot: 'secret-of-the-repository' };
    const [own, other] = [await startRegistry({ auth: { type: 'basic', users } }), await startRegistry()];
    onTestFinished(async () => void (await Promise.all([own.close(), other.close()])));
    const credentials = async () => ({ username: 'robot', password: users.robot });
    const { descriptor: image } = await pushImage(openStore(other.host, 'team/images'), 'image', { tags: ['v1'] });
    const store = openStore(own.host, 'team/attached', { credentials });
    await put(store, image, SBOM);
    await cosignTags(store, image);
    other.clear();
    const result = await prune(`${own.host}/team/attached`, {
      orphans: true,
      subjectsIn: [`${other.host}/team/images`],
      credentials,
      connection: { retryDelay: 5, headers: { 'x-secret': 'of-the-repository' } },
      dryRun: true,
    });
    expect([result.planned, result.subjectsIn]).toEqual([
      [],
      [`${own.host}/team/attached`, `${other.host}/team/images`],
    ]);
    expect(other.requests.length).toBeGreaterThan(0);
    for (const { headers } of other.requests)
      expect([headers.authorization, headers['x-secret']]).toEqual([undefined, undefined]);
  });

  it('are places alone, and exist', async () => {
    const { store, registry } = await begin();
    await pushImage(store, 'image', { tags: ['v1'] });
    const at = `${registry.host}/${REPOSITORY}`;
    const rejects = (place: string, code: string, subjectsIn?: readonly string[]) =>
      expect(prune(place, { orphans: true, subjectsIn, dryRun: true })).rejects.toMatchObject({ code });
    await rejects(`${at}:v1`, 'INVALID_ARGUMENT');
    await rejects(at, 'INVALID_ARGUMENT', [`${at}:v1`]);
    await rejects(`${registry.host}/team/missing`, 'NOT_FOUND');
    await rejects(join(await tempDir(), 'missing'), 'NOT_FOUND');
    await expect(prune(at, { dryRun: true })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(prune(at, { keepLatest: 1.5 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(prune(at, { olderThan: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('may be empty', async () => {
    const result = await pruned(await newHostedLayout(), { orphans: true, duplicates: true, keepLatest: 1 });
    expect([result.planned, result.stays, result.lists, result.unseen]).toEqual([[], [], [], []]);
  });

  it('may have a tag for several manifests, as layouts of docker save have', async () => {
    const store = await newHostedLayout();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const scans = [];
    for (const note of ['a', 'b', 'c']) scans.push(await dated(store, image, SCAN, '2020-01-01T00:00:00Z', note));
    const [first, second, third] = scans;
    await store.mendEntries(async (entries) =>
      entries.map((entry) =>
        entry.digest === first?.digest || entry.digest === second?.digest
          ? { ...entry, annotations: { 'org.opencontainers.image.ref.name': 'mine' } }
          : entry,
      ),
    );
    const result = await pruned(store, { olderThan: 1000 });
    expect([digests(result.removed), result.kept]).toEqual([[third?.digest], { tagged: 2 }]);
  });

  it('end the command where they have more than the limit', async () => {
    const { store, registry } = await begin();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    for (const note of ['a', 'b', 'c']) await dated(store, image, SCAN, '2020-01-01T00:00:00Z', note);
    await expect(pruned(store, { olderThan: 1000, maxItems: 2 })).rejects.toMatchObject({ code: 'INCOMPLETE' });
    await expect(pruned(store, { olderThan: 1000, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(registry.count('DELETE', '')).toBe(0);
  });
});

describe.each(DELETING_PLACES)('odd content in %s', (place, open) => {
  it('keeps images without a tag, and dates that nobody can read', async () => {
    const store = await open();
    const { descriptor: untagged } = await pushImage(store, 'untagged', { tags: ['soon-gone'] });
    await cosignTags(store, untagged);
    const sbom = await put(store, untagged, SBOM);
    await pushImage(store, 'other', { tags: ['soon-gone'] });
    const odd = [];
    for (const created of ['yesterday', '5', '2026', '2026-13-45T00:00:00Z', '2020-01-01', '\u001b[31m']) {
      const manifest = written({
        ...referrerOf(untagged, SCAN).content,
        annotations: { 'org.opencontainers.image.created': created },
      });
      await attach(store, manifest, { settle: false });
      odd.push(manifest.descriptor);
    }
    const result = await pruned(store, { orphans: true, olderThan: 1000, keepLatest: 1, selection: { kind: 'scan' } });
    expect([result.removed, result.kept]).toEqual([[], { undated: 6 }]);
    for (const { digest } of [untagged, sbom, ...odd]) expect(await store.hasManifest(digest)).toBe(true);
  });

  it('takes orphans of subjects with a long digest, whose tag is cut', async () => {
    const store = await open();
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    await put(store, kept, SBOM);
    const bytes = '{"absent":"image"}';
    const subject: Descriptor = { ...kept, digest: digestOf(Buffer.from(bytes), 'sha512') };
    const orphan = await put(store, subject, SBOM, 'orphan');
    const result = await pruned(store, { orphans: true });
    // With the Referrers API no tag names the subject.
    const isSeen = place !== 'a registry with the Referrers API';
    expect(digests(result.removed)).toEqual(isSeen ? [orphan.digest] : []);
    expect(await listDigests(store, kept)).toHaveLength(1);
    expect((await tagsOf(store)).includes(referrersTag(subject.digest))).toBe(false);
  });

  it('tells attestations of one kind apart by their predicate', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const config = text('{}');
    await writeContent(store, config);
    const bundle = async (predicate: string, created: string) => {
      const manifest = written({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        config: { ...config.descriptor, mediaType: 'application/vnd.oci.empty.v1+json' },
        layers: [],
        subject: image,
        annotations: {
          'dev.sigstore.bundle.predicateType': predicate,
          'org.opencontainers.image.created': created,
        },
      });
      await attach(store, manifest, { settle: false });
      return manifest.descriptor;
    };
    const first = await bundle('https://example.com/one', '2026-01-01T00:00:00Z');
    await bundle('https://example.com/one', '2026-02-01T00:00:00Z');
    const other = await bundle('https://example.com/two', '2025-01-01T00:00:00Z');
    const result = await pruned(store, { keepLatest: 1, selection: { kind: 'attestation' } });
    expect(digests(result.removed)).toEqual([first.digest]);
    expect(await store.hasManifest(other.digest)).toBe(true);
  });

  it('counts what several tools wrote in several formats as one kind', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const first = await dated(store, image, 'application/spdx+json', '2026-01-01T00:00:00Z');
    const second = await dated(store, image, 'application/vnd.cyclonedx+json', '2026-02-01T00:00:00Z');
    const third = await dated(store, image, 'application/vnd.syft+json', '2026-03-01T00:00:00Z');
    const result = await pruned(store, { keepLatest: 1, selection: { kind: 'sbom' } });
    expect([...digests(result.removed)].sort()).toEqual([first.digest, second.digest].sort());
    expect(await store.hasManifest(third.digest)).toBe(true);
    await remove(store, third.digest);
  });
});
