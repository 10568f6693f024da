import { expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { HandWrittenLayout, tagged } from '../../store/layout/support/by-hand.js';
import { discovered } from '../support/discovered.js';

const IN_TOTO = 'application/vnd.in-toto+json';
const BUILDKIT = 'application/vnd.docker.attestation.manifest.v1+json';

/** A layout in the making, to which several tools add. */
class Draft {
  readonly entries: object[] = [];
  readonly annotations: Record<string, string> = {};
  readonly children: object[] = [];
  readonly lists = { regctl: [] as Descriptor[], olareg: [] as Descriptor[] };
  constructor(
    readonly layout: HandWrittenLayout,
    readonly subject: Descriptor,
  ) {}

  /** Writes what was noted, and the image index above the subject. */
  async finish(): Promise<Descriptor> {
    const { layout, subject, entries, children, lists } = this;
    const child = { ...subject, platform: { os: 'linux', architecture: 'amd64' } };
    const index = await layout.document({ manifests: [child, ...children] });
    if (lists.regctl.length > 0) {
      const list = await layout.document({ manifests: lists.regctl });
      entries.push(tagged(list, referrersTag(subject.digest)));
    }
    if (lists.olareg.length > 0) {
      // Not the bytes of the list above, as olareg writes members with their annotations.
      const list = await layout.document({ manifests: lists.olareg, annotations: {} });
      entries.push({ ...list, annotations: { 'org.olareg.referrer.subject': subject.digest } });
    }
    await layout.index([tagged(index, 'v1'), ...entries], { annotations: this.annotations });
    return index;
  }
}

interface Convention {
  readonly name: string;
  /** The way that finds an attachment with this record alone. */
  readonly via: string;
  note(draft: Draft, referrer: Descriptor): void;
}

/** The record that each tool keeps of a manifest in `blobs/`. */
const CONVENTIONS: readonly Convention[] = [
  { name: 'oras', via: 'layout-entry', note: ({ entries }, referrer) => entries.push(referrer) },
  { name: 'regctl', via: 'layout-tag', note: ({ lists }, referrer) => lists.regctl.push(referrer) },
  {
    name: 'olareg',
    via: 'layout-referrers',
    note({ lists, annotations }, referrer) {
      lists.olareg.push(referrer);
      annotations['org.olareg.referrer.convert'] = 'true';
    },
  },
  {
    name: 'containerd',
    via: 'layout-entry',
    note({ entries, subject }, { mediaType, digest, size }) {
      const annotations = { 'io.containerd.manifest.subject': subject.digest };
      entries.push({ mediaType, digest, size, annotations });
    },
  },
  { name: 'cosign save', via: 'layout-scan', note: () => {} },
  {
    name: 'BuildKit',
    via: 'index-child',
    note({ children, subject }, { mediaType, digest, size }) {
      const annotations = {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': subject.digest,
      };
      children.push({ mediaType, digest, size, annotations, platform: { os: 'unknown', architecture: 'unknown' } });
    },
  },
];

/** Two or more conventions at once: 15 pairs, and all the larger groups. */
const MIXTURES = Array.from({ length: 2 ** CONVENTIONS.length }, (_, mask) =>
  CONVENTIONS.filter((_convention, bit) => mask & (1 << bit)),
)
  .filter(({ length }) => length > 1)
  .map((group) => [group.map(({ name }) => name).join(', '), group] as const);

/** An attestation manifest of BuildKit with one statement; since version 0.32 it has a subject. */
async function attestation({ layout, subject }: Draft, name: string, isReferrer: boolean): Promise<Descriptor> {
  const layer = await layout.blob(`{"predicateType":"https://spdx.dev/Document","name":"${name}"}`, IN_TOTO);
  const layers = [{ ...layer, annotations: { 'in-toto.io/predicate-type': 'https://spdx.dev/Document' } }];
  return isReferrer ? layout.referrer(subject, BUILDKIT, { layers }) : layout.image(name, { layers });
}

async function begin(): Promise<Draft> {
  const layout = await HandWrittenLayout.begin();
  return new Draft(layout, await layout.image('subject'));
}

async function found({ layout, subject }: Draft, index: Descriptor) {
  const { result, failure } = await discovered(await layout.open(), index);
  expect([failure, result.incomplete, result.referrers]).toEqual([undefined, [], []]);
  expect(result.platforms?.map(({ digest }) => digest)).toEqual([subject.digest]);
  return (result.platforms ?? [])
    .flatMap(({ referrers }) => referrers)
    .map((node) => `${node.manifest ?? node.digest} ${node.kind} ${node.via.toSorted().join('+')}`)
    .sort();
}

it('mixes every pair', () => {
  expect(MIXTURES.filter(([, group]) => group.length === 2)).toHaveLength(15);
  expect(MIXTURES).toHaveLength(57);
});

it.each(MIXTURES)('finds once what is noted by %s', async (_names, group) => {
  const draft = await begin();
  const hasBuildkit = group.some(({ name }) => name === 'BuildKit');
  const expected: string[] = [];
  // A single attachment by each tool.
  for (const { name, via, note } of group) {
    const isChild = name === 'BuildKit';
    const attachment = isChild
      ? await attestation(draft, name, false)
      : await draft.layout.referrer(draft.subject, 'application/spdx+json', { annotations: { by: name } });
    note(draft, attachment);
    expected.push(`${attachment.digest} sbom ${via}`);
  }
  // And one that all of them noted.
  const shared = hasBuildkit
    ? await attestation(draft, 'shared', true)
    : await draft.layout.referrer(draft.subject, 'application/spdx+json', { annotations: { by: 'all' } });
  for (const { note } of group) note(draft, shared);
  const named = new Set(group.map(({ via }) => via));
  // It has a subject: the blobs are searched where no entry and no list names it.
  const isListed = [...named].some((via) => via.startsWith('layout-') && via !== 'layout-scan');
  if (isListed) named.delete('layout-scan');
  else named.add('layout-scan');
  expected.push(`${shared.digest} sbom ${[...named].sort().join('+')}`);

  expect(await found(draft, await draft.finish())).toEqual(expected.sort());
  expect(expected).toHaveLength(group.length + 1);
});
