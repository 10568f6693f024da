import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import type { Manifest } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { check } from '../../../src/operations/check/check.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { detach } from '../../../src/operations/detach/detach.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { inspect } from '../../../src/operations/inspect/inspect.js';
import { read } from '../../../src/operations/pull/read.js';
import { hostile, INDEX } from '../../store/registry/support/hostile-server.js';
import { openStore, REPOSITORY } from '../../store/registry/support/start.js';
import { text } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';

const SBOM = 'application/spdx+json';
const MAX = 50;
const limited = { maxItems: MAX };
const refused = {
  code: 'INCOMPLETE',
  message: expect.stringContaining(`more than ${MAX} `),
  hint: expect.stringContaining('--max-items'),
};

/** A registry that makes up whatever it is asked for. */
class Inventor {
  readonly #manifests = new Map<string, Manifest>();
  readonly subject = this.add(
    buildManifest({ artifactType: 'application/x.subject', annotations: { its: 'subject' } }),
  );
  #count = 0;

  add(manifest: Manifest, tag?: string): Descriptor {
    this.#manifests.set(manifest.descriptor.digest, manifest);
    if (tag !== undefined) this.#manifests.set(tag, manifest);
    return manifest.descriptor;
  }

  referrer(subject: Descriptor): Descriptor {
    return this.add(buildManifest({ artifactType: SBOM, subject, annotations: { number: String(this.#count++) } }));
  }

  referrers(subject: Descriptor, count: number): Descriptor[] {
    return Array.from({ length: count }, () => ({ ...this.referrer(subject), artifactType: SBOM }));
  }

  /** @param page the referrers of a subject from a number on; undefined where the registry lacks the API */
  async serve(page?: (subject: Descriptor, from: number) => { entries: Descriptor[]; more: boolean }) {
    this.#manifests.set('v1', this.#manifests.get('v1') ?? this.#at(this.subject.digest));
    const registry = await hostile(async (exchange) => {
      const [, kind, name = ''] = /\/(manifests|referrers)\/([^?]*)/.exec(exchange.path) ?? [];
      const manifest = this.#manifests.get(name);
      if (kind === 'referrers' && page !== undefined && manifest !== undefined) {
        const from = Number(exchange.query.get('from') ?? 0);
        const { entries, more } = page(manifest.descriptor, from);
        const next = `<${exchange.path.split('?')[0]}?from=${from + entries.length}>; rel="next"`;
        return exchange.reply(200, { ...INDEX, ...(more && { link: next }) }, list(entries));
      }
      if (kind !== 'manifests' || manifest === undefined) return exchange.reply(404);
      return exchange.reply(200, { 'content-type': manifest.descriptor.mediaType }, manifest.bytes);
    });
    return { registry, store: openStore(registry.host, REPOSITORY), tag: 'v1' };
  }

  #at(name: string): Manifest {
    const found = this.#manifests.get(name);
    if (found === undefined) throw new Error(`${name} is not there`);
    return found;
  }
}

function list(manifests: readonly Descriptor[]): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: INDEX['content-type'], manifests });
}

type Made = Awaited<ReturnType<Inventor['serve']>>;

const ENDLESS: readonly (readonly [string, () => Promise<Made>])[] = [
  [
    'pages of referrers without end',
    async () => {
      const made = new Inventor();
      return made.serve((subject) => ({ entries: made.referrers(subject, 20), more: true }));
    },
  ],
  [
    'a tree of ten referrers each without end',
    async () => {
      const made = new Inventor();
      return made.serve((subject) => ({ entries: made.referrers(subject, 10), more: false }));
    },
  ],
  [
    'pages of referrers of another subject without end',
    async () => {
      const made = new Inventor();
      const other = made.add(buildManifest({ artifactType: 'application/x.other' }));
      return made.serve(() => ({ entries: made.referrers(other, 20), more: true }));
    },
  ],
  [
    'a referrers tag that names too many',
    async () => {
      const made = new Inventor();
      made.add(buildIndex({ manifests: made.referrers(made.subject, MAX + 1) }), referrersTag(made.subject.digest));
      return made.serve();
    },
  ],
  [
    'an image of cosign with too many layers',
    async () => {
      const made = new Inventor();
      const layers = Array.from({ length: MAX + 1 }, (_, number) => ({
        ...text(`layer ${number}`).descriptor,
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
      }));
      const image = buildManifest({ artifactType: 'application/x.cosign', layers });
      made.add(image, `${referrersTag(made.subject.digest)}.sig`);
      return made.serve();
    },
  ],
];

/** An index of indexes that has no end within the limit. */
async function endlessIndexes(): Promise<Made> {
  const made = new Inventor();
  const platform = { os: 'linux', architecture: 'arm64' };
  let level = made.referrers(made.subject, 64).map((leaf) => ({ ...leaf, platform }));
  while (level.length > 1) {
    const above: typeof level = [];
    for (let at = 0; at < level.length; at += 4)
      above.push({ ...made.add(buildIndex({ manifests: level.slice(at, at + 4) })), platform });
    level = above;
  }
  const [root] = level;
  if (root === undefined) throw new Error('there is no root');
  made.add(buildIndex({ manifests: [root] }), 'v1');
  return made.serve((subject, from) => ({ entries: [], more: subject.size < 0 || from < 0 }));
}

describe.each(ENDLESS)('%s', (_, make) => {
  it.each([
    ['discover', (at: Made) => discover(at, limited)],
    ['discover with a part', (at: Made) => discover(at, { ...limited, partial: true })],
    ['discover with a gate', (at: Made) => discover(at, { ...limited, partial: true, require: ['sbom'] })],
    ['check', (at: Made) => check(at, { ...limited, recursive: true })],
    ['detach', (at: Made) => detach(at, { ...limited, selection: { all: true }, recursive: true, dryRun: true })],
    [
      'copy',
      async (at: Made) =>
        copy(at, `oci:${join(await tempDir(), 'layout')}`, { ...limited, recursive: true, dryRun: true }),
    ],
    ['read', (at: Made) => read(at, { kind: 'license' }, limited)],
  ] as const)('ends %s with the limit and its flag', async (verb, run) => {
    const at = await make();
    await expect(run(at)).rejects.toMatchObject(refused);
    expect(at.registry.requests.length, verb).toBeLessThan(MAX * 10);
  });
});

it.each([
  ['discover', (at: Made) => discover(at, { ...limited, partial: true })],
  ['inspect', (at: Made) => inspect(at, { ...limited, platform: 'linux/amd64' })],
  ['check', (at: Made) => check(at, limited)],
  ['copy', async (at: Made) => copy(at, `oci:${join(await tempDir(), 'layout')}`, { ...limited, dryRun: true })],
] as const)('an index that leads to too many ends %s', async (_, run) => {
  const at = await endlessIndexes();
  await expect(run(at)).rejects.toMatchObject(refused);
});

it('is met by as many as it allows', async () => {
  const made = new Inventor();
  const entries = made.referrers(made.subject, MAX);
  const at = await made.serve((subject) => ({
    entries: subject.digest === made.subject.digest ? entries : [],
    more: false,
  }));
  expect((await discover(at, limited)).referrers).toHaveLength(MAX);
  await expect(discover(at, { maxItems: MAX - 1 })).rejects.toMatchObject({ code: 'INCOMPLETE', expected: MAX - 1 });
  // A copy of the image alone is made; only the count of what it leaves behind is not known.
  const to = `oci:${join(await tempDir(), 'layout')}`;
  const left = await copy(at, to, { dryRun: true, countLeft: true });
  expect(left.attachedLeft).toEqual({ count: MAX, incomplete: [] });
  const limitedCopy = await copy(at, to, { dryRun: true, countLeft: true, maxItems: 3 });
  expect(limitedCopy.attachedLeft).toMatchObject({ incomplete: [{ error: { code: 'INCOMPLETE' } }] });
});
