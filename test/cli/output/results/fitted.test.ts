import { describe, expect, it } from 'vitest';
import { renderEach } from '../../../../src/cli/output/results/attach.js';
import { renderCheck } from '../../../../src/cli/output/results/check.js';
import { describeObject, renderCopy } from '../../../../src/cli/output/results/copy.js';
import { detachLines } from '../../../../src/cli/output/results/detach.js';
import { indexText } from '../../../../src/cli/output/results/index-result.js';
import { renderInspection } from '../../../../src/cli/output/results/inspect.js';
import { pruneLines } from '../../../../src/cli/output/results/prune.js';
import { tagLines } from '../../../../src/cli/output/results/tags.js';
import type { TimedScreen } from '../../../../src/cli/output/screen.js';
import { loadWidths, widthOf } from '../../../../src/cli/output/width.js';
import { type Digest, digestOf } from '../../../../src/oci/values/digest.js';
import type { CheckResult } from '../../../../src/operations/check/schema.js';
import type { CopyResult } from '../../../../src/operations/copy/schema.js';
import type { DetachResult } from '../../../../src/operations/detach/schema.js';
import type { IndexResult } from '../../../../src/operations/index/schema.js';
import type { InspectResult } from '../../../../src/operations/inspect/schema.js';
import type { PruneResult } from '../../../../src/operations/prune/schema.js';
import type { TagsResult } from '../../../../src/operations/repo/schema.js';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const REFERENCE = 'registry.example.com/team/some-application';
const NOW = new Date('2026-03-01T00:00:00Z');
const digest = (text: string): Digest => digestOf(Buffer.from(text));

function screen(width: number | undefined, isTerminal = width !== undefined): TimedScreen {
  return { paint: (_style, text) => text, width, isTerminal, now: NOW };
}

const image: InspectResult = {
  kind: 'image',
  reference: `${REFERENCE}@${digest('image')}`,
  mediaType: MANIFEST,
  digest: digest('image'),
  size: 1234,
  totalSize: 45_678_901,
  annotations: {
    'org.opencontainers.image.source': 'https://github.com/acme/some-application/tree/main/with/a/rather/long/path',
    short: 'x',
  },
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('config'), size: 999 },
  image: {
    os: 'linux',
    architecture: 'arm64',
    created: '2026-02-26T00:00:00Z',
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'] },
    history: [
      { created: '2026-02-01T00:00:00Z', created_by: `RUN apt-get install ${'some-package '.repeat(20)}` },
      { created: '2026-02-02T00:00:00Z', created_by: 'CMD ["x"]', empty_layer: true },
    ],
  },
  layers: [
    {
      mediaType: LAYER,
      digest: digest('1'),
      size: 12_345_678,
      title: 'ein-größeres-Archiv-mit-einem-langen-Namen.tar.gz',
    },
    { mediaType: LAYER, digest: digest('2'), size: 9 },
    { mediaType: LAYER, digest: digest('3'), size: 999, title: '漢字の名前がとても長いファイル.json' },
  ],
};

const check: CheckResult = {
  reference: REFERENCE,
  deep: false,
  checked: { manifests: 3, blobs: 12, bytes: 123_456, bytesRead: 0 },
  findings: [
    {
      code: 'blob-missing',
      severity: 'error',
      message: `blob ${digest('1')} of manifest ${digest('image')} does not exist`,
      what: digest('1'),
      digest: digest('1'),
      place: `${REFERENCE}@${digest('1')}`,
      fix: 'Copy the image again from a place that has all of it, or fetch the blob alone with --fetch-from PLACE',
      fixable: true,
    },
  ],
  incomplete: [],
};

const rootOf = (text: string) => ({
  mediaType: MANIFEST,
  digest: digest(text),
  size: 9,
  reference: `${REFERENCE}@${digest(text)}`,
});

const copy: CopyResult = {
  roots: [rootOf('image')],
  tags: ['v1', 'v1.0', 'v1.0.0', 'latest', 'stable', 'a-tag-that-is-rather-long'].map((tag) => ({
    tag,
    digest: digest('image'),
  })),
  attached: 3,
  bytes: 1234,
  objects: [{ mediaType: LAYER, digest: digest('1'), size: 1234, result: 'copied' }],
  left: [],
  incomplete: [],
};

const copyOfSeveral: CopyResult = {
  ...copy,
  roots: ['image', '1', '2'].map(rootOf),
  tags: [...copy.tags, { tag: 'a', digest: digest('1') }],
};

const attachment = (text: string, artifactType: string) => ({
  reference: `${REFERENCE}@${digest(text)}`,
  mediaType: MANIFEST,
  digest: digest(text),
  size: 700,
  artifactType,
  subject: digest('image'),
  via: ['api', 'tag'] as const,
});

const sbom = { ...attachment('sbom', 'application/spdx+json'), kind: 'sbom', platform: 'linux/arm64' } as const;
const other = attachment('other', 'application/vnd.example.a-type-that-nobody-knows.v1+json');

const detach: DetachResult = {
  reference: image.reference,
  removed: [sbom, other],
  orphans: [],
  blocked: [{ ...other, reason: `${digest('image')} is an index that names it`, hint: 'Remove it from the index' }],
  incomplete: [],
};

const prune: PruneResult = {
  reference: REFERENCE,
  subjectsIn: [REFERENCE],
  planned: [],
  removed: [
    { ...sbom, rules: ['older-than', 'duplicates'], created: '2025-12-01T00:00:00Z' },
    { ...other, rules: [] },
  ],
  kept: {},
  stays: [],
  lists: [],
  incomplete: [],
  unmended: [],
  unseen: [],
};

const index: IndexResult = {
  reference: `${REFERENCE}@${digest('index')}`,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  digest: digest('index'),
  size: 500,
  tags: ['v1', 'latest'],
  result: 'written',
  manifests: [
    { mediaType: MANIFEST, digest: digest('a'), size: 1234, platform: 'linux/amd64' },
    { mediaType: MANIFEST, digest: digest('b'), size: 99, artifactType: other.artifactType },
  ],
  added: [{ mediaType: MANIFEST, digest: digest('a'), size: 1234, platform: 'linux/amd64' }],
  removed: [{ mediaType: MANIFEST, digest: digest('c'), size: 99, platform: 'linux/riscv64' }],
  moved: [],
};

const tags: TagsResult = {
  reference: REFERENCE,
  tags: ['v1', 'v2'],
  hidden: 0,
  manifests: [
    { tag: 'v1', mediaType: MANIFEST, digest: digest('image'), size: 1234 },
    { tag: 'nightly-2026-02-26-with-a-long-name', mediaType: MANIFEST, digest: digest('x'), size: 99 },
    { tag: 'gone', error: { code: 'NOT_FOUND', message: 'it is gone' } },
  ],
};

const each = {
  dryRun: true as const,
  reference: image.reference,
  attachments: ['linux/amd64', 'linux/arm64/v8'].map((platform) => ({
    dryRun: true as const,
    platform,
    mediaType: MANIFEST,
    digest: digest(platform),
    size: 700,
    manifest: { schemaVersion: 2 as const, mediaType: MANIFEST, layers: [] },
    bytes: Buffer.from(''),
    layers: [
      {
        mediaType: LAYER,
        digest: digest(platform),
        size: 1,
        annotations: { 'org.opencontainers.image.title': `sbom-of-${platform.replaceAll('/', '-')}.spdx.json` },
      },
    ],
  })),
};

const OUTPUTS: readonly (readonly [string, (on: TimedScreen) => string])[] = [
  ['inspect', (on) => renderInspection(image, on)],
  ['check', (on) => renderCheck(check, on, { verbose: true })],
  ['copy', (on) => renderCopy(copy, on)],
  ['copy --all-tags', (on) => renderCopy(copyOfSeveral, on)],
  ['copy --verbose', (on) => copy.objects.map((object) => describeObject(object, on.width)).join('\n')],
  ['repo tags', (on) => [...tagLines(tags, on)].join('\n')],
  ['detach', (on) => [...detachLines(detach, on)].join('\n')],
  ['prune', (on) => [...pruneLines(prune, on)].join('\n')],
  ['index create', (on) => indexText(index, 'Created', on)],
  ['attach --each-platform', (on) => renderEach(each, on)],
];

const SCREENS = [
  ['60', screen(60)],
  ['80', screen(80)],
  ['120', screen(120)],
  ['pipe', screen(undefined)],
] as const;

describe.each(SCREENS)('on %s', (name, on) => {
  it('each command prints what its golden file has', async () => {
    await loadWidths(image);
    const text = OUTPUTS.map(([command, print]) => `$ remora ${command}\n${print(on)}\n`).join('\n');
    await expect(text).toMatchFileSnapshot(`support/fitted-${name}.txt`);
  });

  it.each(OUTPUTS)('%s prints no line that is wider, and none that ends in a space', async (_command, print) => {
    await loadWidths(image);
    // The reference that index create prints is a result to copy, and stays whole.
    const lines = print(on)
      .split('\n')
      .filter((line) => !line.includes(`${REFERENCE}@${digest('index')}`));
    expect(lines.filter((line) => widthOf(line) > (on.width ?? Number.POSITIVE_INFINITY))).toEqual([]);
    expect(lines.filter((line) => line.endsWith(' '))).toEqual([]);
  });
});

it.each(OUTPUTS)('%s fits a terminal of any width from 20 columns on', async (_command, print) => {
  await loadWidths(image);
  for (let width = 20; width < 60; width += 1) {
    const lines = print(screen(width))
      .split('\n')
      .filter((line) => !line.includes(`${REFERENCE}@${digest('index')}`));
    expect([width, lines.filter((line) => widthOf(line) > width)]).toEqual([width, []]);
  }
});

it('loses no word of the reason for which an attachment stays', () => {
  const reasons = detach.blocked.map(({ reason }) => `Stays, since ${reason.replace(/sha256:\w+/, 'SHORT')}`);
  for (const width of [30, 40, 60]) {
    const text = [...detachLines(detach, screen(width))]
      .join(' ')
      .replace(/sha256:\w+…/g, 'SHORT')
      .replace(/ +/g, ' ');
    for (const reason of reasons) expect(text).toContain(reason);
  }
});

it('whole lines are those of a pipe, but for ages and sizes that are aligned', () => {
  const whole = screen(undefined, true);
  for (const [command, print] of OUTPUTS) {
    expect(print(whole), command).not.toContain('…');
    for (const found of print(screen(undefined)).match(/sha256:[0-9a-f]{64}/g) ?? [])
      expect(print(whole), command).toContain(found);
  }
});
