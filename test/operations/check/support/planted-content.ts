import { symlink, truncate, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { INDEX, tagged } from '../../../store/layout/support/by-hand.js';
import { digestOf, type TestDescriptor } from '../../../support/image-layout.js';
import { type CheckDraft, LAYER, SBOM } from './draft.js';
import type { Planted } from './planted.js';

const NOWHERE = `sha256:${'0'.repeat(64)}`;
const EMPTY = 'application/vnd.oci.empty.v1+json';

/** Defects of blobs and manifests. */
export const CONTENT: readonly Planted[] = [
  {
    name: 'a layer that is not there',
    finds: [['blob-missing', 'error']],
    plant: async (draft) =>
      draft.remove(
        await draft.layout.blob('file of artifact', 'text/plain').then(async (blob) => {
          await draft.artifact();
          return blob;
        }),
      ),
  },
  {
    name: 'a layer that was cut off',
    finds: [['blob-size', 'error']],
    plant: async (draft) => {
      await draft.artifact();
      await truncate(draft.path(await draft.layout.blob('file of artifact', 'text/plain')), 3);
    },
  },
  {
    name: 'a layer with nothing in it',
    finds: [['blob-size', 'error']],
    plant: async (draft) => {
      await draft.artifact();
      await truncate(draft.path(await draft.layout.blob('file of artifact', 'text/plain')), 0);
    },
  },
  {
    name: 'a layer with one other bit',
    finds: [['blob-digest', 'error']],
    plant: async (draft) => {
      await draft.artifact();
      await draft.flip(await draft.layout.blob('file of artifact', 'text/plain'));
    },
  },
  {
    name: 'a blob that nothing leads to, with one other bit',
    finds: [
      ['blob-digest', 'error'],
      ['blobs-unreachable', 'note'],
    ],
    plant: async (draft) => draft.flip(await draft.layout.blob('nobody names this', 'text/plain')),
  },
  {
    name: 'a blob of an algorithm that nobody here knows',
    finds: [['blob-unverified', 'warning']],
    plant: async (draft) => {
      await draft.artifact({ layers: [{ mediaType: 'text/plain', digest: `blake3:${'a'.repeat(64)}`, size: 1 }] });
      await draft.put(`blobs/blake3/${'a'.repeat(64)}`);
    },
  },
  {
    name: 'a blob that is a symbolic link',
    finds: [['blob-link', 'warning']],
    plant: async (draft) => {
      await draft.artifact();
      const file = await draft.layout.blob('file of artifact', 'text/plain');
      await draft.remove(file);
      await writeFile(`${draft.directory}-elsewhere`, 'file of artifact');
      await symlink(`${draft.directory}-elsewhere`, draft.path(file));
    },
  },
  {
    name: 'a blob that nothing leads to',
    finds: [['blobs-unreachable', 'note']],
    plant: async (draft) => void (await draft.layout.blob('nobody names this', 'text/plain')),
  },
  {
    name: 'a descriptor of a layer with another size',
    finds: [['descriptor-size', 'error']],
    plant: async (draft) => {
      const file = await draft.layout.blob('a file', 'text/plain');
      await draft.artifact({ layers: [{ ...file, size: 7 }] });
    },
  },
  {
    name: 'a descriptor of a child with another size',
    finds: [['descriptor-size', 'error']],
    plant: async (draft) => {
      const index = await draft.layout.document({ manifests: [{ ...draft.amd64, size: 1 }] });
      await draft.addEntry(tagged(index, 'odd'));
    },
  },
  {
    name: 'a descriptor of a child with another type',
    finds: [['descriptor-type', 'error']],
    plant: async (draft) => {
      const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
      await draft.addEntry(tagged(await draft.layout.document({ manifests: [{ ...draft.amd64, mediaType }] }), 'odd'));
    },
  },
  {
    name: 'a descriptor of a child with another artifact type',
    finds: [['descriptor-artifact-type', 'warning']],
    plant: async (draft) => {
      const child = { ...(await draft.artifact()), artifactType: 'application/vnd.other' };
      await draft.addEntry(tagged(await draft.layout.document({ manifests: [child] }), 'odd'));
    },
  },
  {
    name: 'data that is not the content',
    finds: [['descriptor-data', 'error']],
    plant: async (draft) => {
      const file = await draft.layout.blob('a file', 'text/plain');
      await draft.artifact({ layers: [{ ...file, data: Buffer.from('a fine').toString('base64') }] });
    },
  },
  {
    name: 'a manifest with one other bit',
    finds: [
      ['blob-digest', 'error'],
      ['blobs-unreachable', 'note'],
    ],
    plant: async (draft) => draft.flip(await draft.artifact()),
  },
  {
    name: 'a manifest that is no JSON',
    finds: [['manifest-malformed', 'error']],
    plant: async (draft) => {
      const blob = await draft.layout.blob('{"schemaVersion":2', 'application/vnd.oci.image.manifest.v1+json');
      await draft.addEntry(tagged(blob, 'odd'));
    },
  },
  {
    name: 'a manifest without a config',
    finds: [
      ['layers-empty', 'note'],
      ['manifest-odd', 'warning'],
    ],
    plant: async (draft) => draft.addEntry(tagged(await draft.layout.document({ layers: [] }), 'odd')),
  },
  {
    name: 'an annotation that is not text',
    finds: [['manifest-odd', 'warning']],
    plant: async (draft) => void (await draft.artifact({ annotations: { build: 7 } })),
  },
  {
    name: 'a layer type with a parameter',
    finds: [['manifest-odd', 'warning']],
    plant: async (draft) =>
      void (await draft.artifact({ layers: [await draft.layout.blob('a', 'application/x+json;version=0.2')] })),
  },
  {
    name: 'a child with a malformed digest, beside one without a fault',
    finds: [['child-malformed', 'error']],
    plant: async (draft) => {
      const children = [{ ...draft.amd64, digest: 'sha256:1' }, draft.amd64];
      await draft.addEntry(tagged(await draft.layout.document({ manifests: children }), 'odd'));
    },
  },
  {
    name: 'a manifest that is called an index',
    finds: [['manifest-malformed', 'error']],
    plant: async (draft) => {
      const config = await draft.layout.blob('{}', EMPTY);
      const blob = await draft.layout.blob(
        JSON.stringify({ schemaVersion: 2, mediaType: INDEX, config, layers: [] }),
        INDEX,
      );
      await draft.addEntry(tagged(blob, 'odd'));
    },
  },
  {
    name: 'a manifest and an index at once',
    finds: [['manifest-and-index', 'error']],
    plant: async (draft) => {
      const config = await draft.layout.blob('{}', EMPTY);
      await draft.addEntry(tagged(await draft.layout.document({ config, layers: [], manifests: [] }), 'odd'));
    },
  },
  {
    name: 'a manifest of more than 4 MiB',
    finds: [['manifest-large', 'warning']],
    plant: async (draft) => void (await draft.artifact({ annotations: { text: 'x'.repeat(4 * 1024 * 1024) } })),
  },
  {
    name: 'a manifest of a withdrawn type',
    finds: [['manifest-withdrawn', 'note']],
    plant: async (draft) => {
      const mediaType = 'application/vnd.cncf.oras.artifact.manifest.v1+json';
      const blob = await draft.layout.blob(JSON.stringify({ mediaType, artifactType: SBOM, blobs: [] }), mediaType);
      await draft.addEntry(tagged(blob, 'odd'));
    },
  },
  {
    name: 'a child of an index that is not there',
    finds: [['child-missing', 'warning']],
    plant: async (draft) => {
      const child = { ...draft.amd64, digest: NOWHERE };
      await draft.addEntry(tagged(await draft.layout.document({ manifests: [child] }), 'odd'));
    },
  },
  {
    name: 'a child that an index names twice',
    finds: [['child-twice', 'note']],
    plant: async (draft) =>
      draft.addEntry(tagged(await draft.layout.document({ manifests: [draft.amd64, draft.amd64] }), 'odd')),
  },
  {
    name: 'no artifact type beside the empty config',
    finds: [['artifact-type-missing', 'error']],
    plant: async (draft) => void (await draft.artifact({ artifactType: undefined })),
  },
  {
    name: 'an artifact type that is none',
    finds: [['artifact-type-malformed', 'warning']],
    plant: async (draft) => void (await draft.artifact({ artifactType: 'an SBOM' })),
  },
  {
    name: 'no layers',
    finds: [['layers-empty', 'note']],
    plant: async (draft) => void (await draft.artifact({ layers: [] })),
  },
  {
    name: 'a date that is none',
    finds: [['created-malformed', 'note']],
    plant: async (draft) =>
      void (await draft.artifact({ annotations: { 'org.opencontainers.image.created': 'today' } })),
  },
  {
    name: 'a subject that is not there',
    finds: [['subject-missing', 'note']],
    plant: async (draft) => void (await draft.artifact({ subject: { ...draft.amd64, digest: NOWHERE } })),
  },
  {
    name: 'a subject with another size',
    finds: [['subject-differs', 'warning']],
    plant: async (draft) => void (await draft.artifact({ subject: { ...draft.amd64, size: 1 } })),
  },
  {
    name: 'a config that is no JSON',
    finds: [['config-malformed', 'error']],
    plant: async (draft) => void (await draft.image('{', [await draft.layout.blob('layer', LAYER)])),
  },
  {
    name: 'an index that promises another platform',
    finds: [['platform-differs', 'warning']],
    plant: async (draft) => {
      const child = { ...draft.amd64, platform: { os: 'linux', architecture: 's390x' } };
      await draft.addEntry(tagged(await draft.layout.document({ manifests: [child] }), 'odd'));
    },
  },
  {
    name: 'a config that lists fewer layers',
    finds: [['diff-ids-count', 'error']],
    plant: async (draft) => void (await draft.image(config([]), [await draft.layout.blob('layer', LAYER)])),
  },
  {
    name: 'a config that lists another layer',
    finds: [['diff-id', 'error']],
    plant: async (draft) => void (await draft.image(config([NOWHERE]), [await draft.layout.blob('layer', LAYER)])),
  },
  {
    name: 'a config that lists the layer as it is compressed',
    finds: [['diff-id', 'error']],
    plant: async (draft) => {
      const layer = await written(draft, gzipSync('layer'));
      await draft.image(config([layer.digest]), [layer]);
    },
  },
  {
    name: 'a config that lists layers by another algorithm',
    finds: [['diff-id-unverified', 'note']],
    plant: async (draft) =>
      void (await draft.image(config([`sha512:${'0'.repeat(128)}`]), [await draft.layout.blob('layer', LAYER)])),
  },
  {
    name: 'a layer of zstd that Node.js cannot read',
    finds: [['diff-id-unverified', 'note']],
    async plant(draft) {
      const layer = await written(draft, Buffer.from('28b52ffd6e6f6e65', 'hex'), `${LAYER}+zstd`);
      await draft.image(config([NOWHERE]), [layer]);
    },
  },
  {
    name: 'a layer that was cut off before it got its digest',
    finds: [['layer-damaged', 'error']],
    plant: async (draft) => {
      const layer = await written(draft, gzipSync('a layer that goes on for a while').subarray(0, -9));
      await draft.image(config([NOWHERE]), [layer]);
    },
  },
  {
    name: 'a layer that is not compressed as its type says',
    finds: [['layer-compression', 'warning']],
    plant: async (draft) =>
      void (await draft.image(config([digestOf('layer')]), [await draft.layout.blob('layer', `${LAYER}+gzip`)])),
  },
];

function config(diffIds: readonly string[]): object {
  return { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: diffIds } };
}

async function written(draft: CheckDraft, bytes: Buffer, mediaType = `${LAYER}+gzip`): Promise<TestDescriptor> {
  const digest = digestOf(bytes);
  await writeFile(draft.path(`blobs/${digest.replace(':', '/')}`), bytes);
  return { mediaType, digest, size: bytes.length };
}
