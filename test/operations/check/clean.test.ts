import { rmSync, writeFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { check } from '../../../src/operations/check/check.js';
import { openSource } from '../../../src/store/open.js';
import { MANIFEST, REF_NAME, tagged } from '../../store/layout/support/by-hand.js';
import { writeAttestedIndex } from '../../support/attested-index.js';
import { digestOf } from '../../support/image-layout.js';
import { tempDir } from '../../support/temp.js';
import { CheckDraft, CONFIG, LAYER } from './support/draft.js';

const NOWHERE = `sha256:${'0'.repeat(64)}`;
const DOCKER = 'application/vnd.docker';

interface Clean {
  readonly name: string;
  write(draft: CheckDraft): Promise<unknown>;
  /** Codes of notes. */
  readonly notes?: readonly string[];
}

/** What the specifications allow, and tools write: nobody wants to hear that it is wrong. */
const CLEAN: readonly Clean[] = [
  {
    name: 'what `docker save` puts beside it',
    write: async (draft) => {
      await draft.put('manifest.json', '[]');
      await draft.put('repositories', '{}');
    },
  },
  {
    name: 'an index.json with its media type',
    write: (draft) =>
      draft.editIndex((document) => ({ ...document, mediaType: 'application/vnd.oci.image.index.v1+json', more: 1 })),
  },
  {
    name: 'the same tag of two repositories (docker save)',
    write: (draft) =>
      draft.addEntry(
        tagged(draft.sbom, '1.0', { 'io.containerd.image.name': 'docker.io/library/one:1.0' }),
        tagged(draft.amd64, '1.0', { 'io.containerd.image.name': 'docker.io/library/two:1.0' }),
      ),
  },
  {
    name: 'two tags of one manifest',
    write: (draft) => draft.addEntry(tagged(draft.index, 'v1.0'), tagged(draft.index, 'host.example:5000/a/b:v1')),
  },
  {
    name: 'an entry of a type that nobody knows (IS:image-layout.md)',
    async write(draft) {
      await draft.addEntry(tagged(await draft.layout.blob('<a/>', 'application/xml'), 'xml'));
    },
  },
  {
    name: 'an image without compression, one with, and one layer twice',
    async write(draft) {
      const plain = await draft.layout.blob('layer', LAYER);
      const bytes = gzipSync('layer');
      const gzip = { mediaType: `${LAYER}+gzip`, digest: digestOf(bytes), size: bytes.length };
      await writeFile(draft.path(`blobs/${gzip.digest.replace(':', '/')}`), bytes);
      const diffId = digestOf('layer');
      const rootfs = { type: 'layers', diff_ids: [diffId, diffId, diffId] };
      await draft.image({ os: 'linux', architecture: 'arm64', rootfs }, [plain, gzip, plain]);
    },
  },
  {
    name: 'gzip of several members',
    async write(draft) {
      const bytes = Buffer.concat([gzipSync('one'), gzipSync('two')]);
      const layer = { mediaType: `${DOCKER}.image.rootfs.diff.tar.gzip`, digest: digestOf(bytes), size: bytes.length };
      await writeFile(draft.path(`blobs/${layer.digest.replace(':', '/')}`), bytes);
      await draft.image(
        { os: 'linux', architecture: 'arm64', rootfs: { type: 'layers', diff_ids: [digestOf('onetwo')] } },
        [layer],
      );
    },
  },
  {
    name: 'a non-distributable layer that is elsewhere (B33)',
    async write(draft) {
      const layer = { mediaType: `${DOCKER}.image.rootfs.foreign.diff.tar.gzip`, digest: NOWHERE, size: 10 };
      const rootfs = { type: 'layers', diff_ids: [NOWHERE] };
      await draft.image({ os: 'windows', architecture: 'amd64', rootfs }, [layer]);
    },
  },
  {
    name: 'an artifact of an older tool, with the type of an image and an empty config (B8)',
    write: async (draft) => draft.image('{}', [await draft.layout.blob('layer', LAYER)]),
  },
  {
    name: 'a config that is opaque (B9)',
    async write(draft) {
      await draft.artifact({ config: await draft.layout.blob('no JSON', 'application/vnd.example.config') });
    },
  },
  {
    name: 'data in a descriptor',
    write: async (draft) =>
      draft.artifact({ layers: [{ ...(await draft.layout.blob('{}', 'text/plain')), data: 'e30=' }] }),
  },
  {
    name: 'a file without content (A30)',
    write: async (draft) => draft.artifact({ layers: [await draft.layout.blob('', 'text/plain')] }),
  },
  {
    name: 'sha512',
    write: async (draft) => draft.artifact({ layers: [await draft.layout.blob('a', 'text/plain', 'sha512')] }),
  },
  {
    name: 'an index in an index (D4)',
    write: async (draft) => draft.addEntry(tagged(await draft.layout.document({ manifests: [draft.index] }), 'nested')),
  },
  {
    name: 'a Docker manifest in a Docker list',
    async write(draft) {
      const config = await draft.layout.blob('{"a":1}', `${DOCKER}.container.image.v1+json`);
      const child = await draft.layout.document({
        mediaType: `${DOCKER}.distribution.manifest.v2+json`,
        config,
        layers: [config],
      });
      const type = `${DOCKER}.distribution.manifest.list.v2+json`;
      const list = await draft.layout.document({
        mediaType: type,
        manifests: [{ ...child, mediaType: `${DOCKER}.distribution.manifest.v2+json` }],
      });
      await draft.addEntry(tagged({ ...list, mediaType: type }, 'docker'));
    },
  },
  {
    name: 'a manifest without a media type (skopeo)',
    async write(draft) {
      const config = await draft.layout.blob('{"a":2}', CONFIG);
      await draft.addEntry(
        tagged(
          await draft.layout.blob(JSON.stringify({ schemaVersion: 2, config, layers: [config] }), MANIFEST),
          'odd',
        ),
      );
    },
  },
  {
    name: "the subject under its own referrers tag (GitLab's way)",
    write: (draft) => draft.addEntry(tagged(draft.index, referrersTag(draft.index.digest))),
  },
  {
    name: 'entries of containerd: an annotation that names the subject, and no type',
    async write(draft) {
      const { mediaType, digest, size } = await draft.attached();
      await draft.addEntry({
        mediaType,
        digest,
        size,
        annotations: { 'io.containerd.manifest.subject': draft.index.digest },
      });
    },
  },
  {
    name: 'a referrer under a tag, whose entry has other annotations',
    write: (draft) =>
      draft.editEntry(draft.sbom.digest, {
        annotations: { [REF_NAME]: 'sbom', 'org.opencontainers.image.created': 'by hand' },
      }),
  },
  {
    name: 'lists of regctl and olareg',
    async write(draft) {
      const { annotations, ...scan } = await draft.attached();
      const more = { ...scan, annotations: { ...annotations, more: 'than the manifest has' } };
      await draft.regctl([draft.sbom, more]);
      await draft.olareg([draft.sbom, more]);
    },
  },
  {
    name: 'what cosign save keeps in blobs/',
    notes: ['referrer-unlisted'],
    write: (draft) => draft.attached(),
  },
  { name: 'a folder for what is being written (oras)', write: (draft) => mkdir(draft.path('ingest')) },
  { name: 'a folder of another algorithm', write: (draft) => mkdir(draft.path('blobs/sha512')) },
];

describe('check finds nothing wrong with', () => {
  it.each(CLEAN.map((row) => [row.name, row] as const))('%s', async (_name, { write, notes = [] }) => {
    const draft = await CheckDraft.begin();
    await write(draft);
    for (const deep of [true, false]) {
      const result = await draft.check({ deep });
      expect(result.findings.map(({ code, message }) => (notes.includes(code) ? code : message))).toEqual(notes);
      expect(result.incomplete).toEqual([]);
    }
  });

  it('an image of BuildKit with attestations', async () => {
    const path = join(await tempDir(), 'layout');
    await writeAttestedIndex(path);
    const result = await check(await openSource({ kind: 'layout', path }));
    expect(result.findings).toEqual([]);
  });

  it('a graph of a layout, whatever else is wrong there', async () => {
    const draft = await CheckDraft.begin();
    await draft.put('blobs/sha256/odd');
    await draft.addEntry(tagged({ ...draft.sbom, size: 1 }, 'other'));
    const result = await check({ store: await draft.open(), tag: 'v1' }, { recursive: true });
    expect(result).toMatchObject({ digest: draft.index.digest, findings: [], checked: { manifests: 4 } });
  });
});

describe('check calls nothing fine that it could not read', () => {
  it.each(['index.json', 'oci-layout', 'a blob', 'a manifest'])('%s', async (what) => {
    const draft = await CheckDraft.begin();
    const manifest = await draft.artifact();
    const blob = await draft.layout.blob('file of artifact', 'text/plain');
    const path = what === 'a blob' ? blob : what === 'a manifest' ? manifest : what;
    await draft.remove(path);
    // Whoever runs this may read everything; nobody goes around in circles.
    await symlink(draft.path(path), draft.path(path));
    const result = await draft.check();
    expect(result.incomplete[0]?.error).toMatchObject({ code: 'IO' });
    expect(result.incomplete).toMatchObject([{ error: { code: 'IO' } }]);
    expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('check can be stopped', () => {
  it('and says nothing of what it had found', async () => {
    const draft = await CheckDraft.begin();
    await expect(draft.check({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const stop = new AbortController();
    const stopped = draft.check({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('check of a layout that changes meanwhile', () => {
  it('does not call damaged what somebody removed', async () => {
    const draft = await CheckDraft.begin();
    const before = await draft.layout.readIndex();
    // More than are looked at at a time: the last is still to come when the first is read.
    for (let n = 0; n < 40; n++) await draft.artifact({}, `n${n}`);
    const last = await draft.artifact({}, 'last');
    const change = () => {
      rmSync(draft.path(last), { force: true });
      writeFileSync(draft.path('index.json'), before);
    };
    const result = await draft.check({ onProgress: change });
    expect(result.findings.map(({ code }) => code)).not.toContain('tag-missing');
    expect(result.incomplete).toEqual([]);
    expect((await draft.check()).findings.map(({ code }) => code)).toEqual(['blobs-unreachable']);
  });

  it('calls missing what is still named, whatever else went', async () => {
    const draft = await CheckDraft.begin();
    for (let n = 0; n < 40; n++) await draft.artifact({}, `n${n}`);
    const last = await draft.artifact({}, 'last');
    const result = await draft.check({ onProgress: () => rmSync(draft.path(last), { force: true }) });
    expect(result.findings.map(({ code }) => code)).toContain('tag-missing');
    expect(result.incomplete).toEqual([]);
  });
});
