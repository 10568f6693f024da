import { mkdir, utimes } from 'node:fs/promises';
import { tempName } from '../../../../src/io/files/temp-file.js';
import { referrersTag } from '../../../../src/oci/values/referrers-tag.js';
import { tagged } from '../../../store/layout/support/by-hand.js';
import { type CheckDraft, SCAN } from './draft.js';
import type { Planted } from './planted.js';

const NOWHERE = `sha256:${'0'.repeat(64)}`;
const UPLOAD = '.remora-uploads/0f8fad5b-d9cb-469f-a165-70867728950e';

/** Defects of the documents and files of a layout. */
export const LAYOUT: readonly Planted[] = [
  {
    name: 'no oci-layout',
    finds: [['layout-file-missing', 'error', 'fixable']],
    plant: (draft) => draft.remove('oci-layout'),
  },
  {
    name: 'an oci-layout that is no JSON',
    finds: [['layout-file-malformed', 'error', 'fixable']],
    plant: (draft) => draft.put('oci-layout', ''),
  },
  {
    name: 'an oci-layout without a version',
    finds: [['layout-file-malformed', 'error', 'fixable']],
    plant: (draft) => draft.put('oci-layout', '{"imageLayoutVersion":1}'),
  },
  {
    name: 'an oci-layout of another version',
    finds: [['layout-version', 'error']],
    plant: (draft) => draft.put('oci-layout', '{"imageLayoutVersion":"2.0.0"}'),
  },
  {
    name: 'no blobs',
    finds: [['blobs-folder-missing', 'error', 'fixable']],
    async plant(draft) {
      await draft.editEntries(() => []);
      await draft.remove('blobs');
    },
  },
  {
    name: 'no index.json',
    finds: [
      ['blobs-unreachable', 'note'],
      ['index-missing', 'error'],
    ],
    plant: (draft) => draft.remove('index.json'),
  },
  ...(
    [
      ['is cut off', '{"schemaVersion":2,"manifests":['],
      ['has a name twice', '{"schemaVersion":2,"manifests":[],"manifests":[]}'],
      ['is a list', '[]'],
      ['has another version', '{"schemaVersion":1,"manifests":[]}'],
      ['has the type of a manifest', '{"schemaVersion":2,"mediaType":"application/json","manifests":[]}'],
      ['has no manifests', '{"schemaVersion":2}'],
    ] as const
  ).map(
    ([what, text]): Planted => ({
      name: `an index.json that ${what}`,
      finds: [
        ['blobs-unreachable', 'note'],
        ['index-malformed', 'error'],
      ],
      plant: (draft) => draft.put('index.json', text),
    }),
  ),
  {
    name: 'an index.json with null for its manifests',
    finds: [
      ['blobs-unreachable', 'note'],
      ['index-null', 'note'],
    ],
    plant: (draft) => draft.editIndex((document) => ({ ...document, manifests: null })),
  },
  {
    name: 'an entry that is no descriptor: the others are repaired, and it stays',
    finds: [
      ['entry-artifact-type', 'warning', 'fixable'],
      ['entry-malformed', 'error'],
    ],
    async plant(draft) {
      await draft.editEntry(draft.sbom.digest, { artifactType: SCAN });
      await draft.addEntry({ mediaType: 'text/plain', digest: 'sha256:1', size: 1 });
    },
  },
  {
    name: 'an annotation of index.json that is not text',
    finds: [['index-odd', 'note']],
    plant: (draft) => draft.editIndex((document) => ({ ...document, annotations: { build: {} } })),
  },
  {
    name: 'an entry that names nothing',
    finds: [['entry-missing', 'error']],
    plant: (draft) => draft.addEntry({ ...draft.amd64, digest: NOWHERE }),
  },
  {
    name: 'a tag that names nothing',
    finds: [['tag-missing', 'error']],
    plant: (draft) => draft.addEntry(tagged({ ...draft.sbom, digest: NOWHERE as typeof draft.sbom.digest }, 'gone')),
  },
  {
    name: 'an entry with another size',
    finds: [['entry-size', 'error', 'fixable']],
    plant: (draft) => draft.editEntry(draft.index.digest, { size: 1 }),
  },
  {
    name: 'an entry with another type',
    finds: [['entry-type', 'error', 'fixable']],
    plant: (draft) =>
      draft.editEntry(draft.index.digest, { mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json' }),
  },
  {
    name: 'an entry with another artifact type',
    finds: [['entry-artifact-type', 'warning', 'fixable']],
    plant: (draft) => draft.editEntry(draft.sbom.digest, { artifactType: SCAN }),
  },
  {
    name: 'an entry of a referrer with another date',
    finds: [['entry-annotations', 'warning', 'fixable']],
    plant: (draft) =>
      draft.editEntry(draft.sbom.digest, {
        annotations: { 'org.opencontainers.image.created': '2020-01-01T00:00:00Z' },
      }),
  },
  {
    name: 'the same entry twice',
    finds: [['entry-twice', 'warning', 'fixable']],
    plant: (draft) => draft.addEntry(draft.sbom),
  },
  {
    name: 'a tag outside of its grammar',
    finds: [['tag-malformed', 'warning']],
    plant: (draft) => draft.addEntry(tagged(draft.sbom, '_v1')),
  },
  {
    name: 'a tag that stands for two things',
    finds: [['tag-twice', 'warning']],
    plant: (draft) => draft.addEntry(tagged(draft.sbom, 'v1')),
  },
  { name: 'a foreign file', finds: [['file-foreign', 'note']], plant: (draft) => draft.put('notes.txt') },
  {
    name: 'a file of another name among the blobs',
    finds: [['blob-name', 'warning']],
    plant: (draft) => draft.put('blobs/sha256/layer.tar'),
  },
  {
    name: 'a file in blobs/ itself',
    finds: [['blob-name', 'warning']],
    plant: (draft) => draft.put('blobs/layer.tar'),
  },
  {
    name: 'a blob in the folder of another algorithm',
    finds: [['blob-name', 'warning']],
    plant: (draft) => draft.put(`blobs/sha512/${'0'.repeat(64)}`),
  },
  {
    name: 'a folder in the place of a blob',
    finds: [
      ['blob-missing', 'error'],
      ['blob-name', 'warning'],
    ],
    async plant(draft) {
      await draft.artifact();
      const file = await draft.layout.blob('file of artifact', 'text/plain');
      await draft.remove(file);
      await mkdir(draft.path(file));
    },
  },
  {
    name: 'a temporary file whose maker is gone',
    finds: [['left-over', 'warning', 'fixable']],
    async plant(draft) {
      const name = tempName().replace(/-\d+-/, '-4194304-');
      await draft.put(name);
    },
  },
  {
    name: 'a temporary file whose maker may be at work',
    finds: [['in-use', 'note']],
    plant: (draft) => draft.put(tempName()),
  },
  {
    name: 'an upload that was given up',
    finds: [['left-over', 'warning', 'fixable']],
    async plant(draft) {
      await draft.put(UPLOAD);
      await utimes(draft.path(UPLOAD), 1, 1);
    },
  },
];

const other = (draft: CheckDraft) => ({ ...draft.sbom, digest: NOWHERE });

/** The list before stays, since no content is removed. */
const OLD_LIST = ['blobs-unreachable'] as const;

/** Defects of lists of referrers: planted in a list of regctl, and in one of olareg. */
export const LISTS: readonly Planted[] = (['regctl', 'olareg'] as const).flatMap((tool) => [
  {
    name: `${tool}: a list that is not there`,
    finds: [['list-unreadable', 'error', 'fixable']],
    plant: async (draft) => draft.remove(await draft[tool]([draft.sbom])),
  },
  {
    name: `${tool}: a list with one other bit`,
    finds: [['list-unreadable', 'error', 'fixable']],
    plant: async (draft) => draft.flip(await draft[tool]([draft.sbom])),
  },
  {
    name: `${tool}: a list that is not there, of nothing`,
    finds: [['list-unreadable', 'error', 'fixable']],
    plant: async (draft) =>
      draft.remove(
        tool === 'regctl' ? await draft.regctl([], draft.amd64) : await draft.olareg([], draft.amd64.digest),
      ),
  },
  {
    name: `${tool}: a list that names nothing`,
    finds: [['list-names-nothing', 'error', 'fixable']],
    afterwards: OLD_LIST,
    plant: async (draft) => void (await draft[tool]([other(draft), draft.sbom])),
  },
  {
    name: `${tool}: a list that names what is attached to something else`,
    finds: [['list-other-subject', 'warning', 'fixable']],
    afterwards: OLD_LIST,
    plant: async (draft) => void (await draft[tool]([draft.sbom, draft.amd64])),
  },
  {
    name: `${tool}: a list that lacks a referrer`,
    finds: [['list-lacks', 'warning', 'fixable']],
    afterwards: OLD_LIST,
    plant: async (draft) => void (await draft[tool]([])),
  },
  ...(
    [
      ['no artifact type', { artifactType: undefined }],
      ['another artifact type', { artifactType: 'application/vnd.oci.empty.v1+json' }],
      ['no annotations', { annotations: undefined }],
      ['another size', { size: 1 }],
    ] as const
  ).map(
    ([what, fields]): Planted => ({
      name: `${tool}: a list that has ${what}`,
      finds: [['list-differs', 'warning', 'fixable']],
      afterwards: OLD_LIST,
      plant: async (draft) => void (await draft[tool]([{ ...draft.sbom, ...fields }])),
    }),
  ),
  {
    name: `${tool}: a list that names a referrer twice`,
    finds: [['list-twice', 'warning', 'fixable']],
    afterwards: OLD_LIST,
    plant: async (draft) => void (await draft[tool]([draft.sbom, draft.sbom])),
  },
]);

/** Defects around lists. */
export const AROUND_LISTS: readonly Planted[] = [
  {
    name: 'a referrers tag that stands for no list',
    finds: [['list-no-index', 'warning']],
    plant: (draft) => draft.addEntry(tagged(draft.sbom, referrersTag(draft.amd64.digest))),
  },
  {
    name: 'a list for what is no digest',
    finds: [['list-subject-malformed', 'warning']],
    plant: async (draft) => void (await draft.olareg([], 'v1')),
  },
  {
    name: 'a referrer that nothing names',
    finds: [['referrer-unlisted', 'note', 'fixable']],
    plant: async (draft) => void (await draft.attached()),
  },
  {
    name: 'a referrer of a referrer that nothing names',
    finds: [['referrer-unlisted', 'note', 'fixable']],
    plant: async (draft) => {
      const { mediaType, digest, size } = await draft.attached();
      await draft.attached('application/vnd.example.signature', { subject: { mediaType, digest, size } });
    },
  },
];
