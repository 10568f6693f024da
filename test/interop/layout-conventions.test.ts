import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type Digest, parseDigest } from '../../src/oci/values/digest.js';
import { discover } from '../../src/operations/discover/discover.js';
import { openLayout } from '../../src/store/layout/store.js';
import { HandWrittenLayout } from '../store/layout/support/by-hand.js';
import { type AttestedIndex, writeAttestedIndex } from '../support/attested-index.js';
import { type DiscoveredNode, discoverAll, nodesOf, writeDocuments } from '../support/carried.js';
import { type Cosign, OLD_FORMAT, openCosign } from '../support/cosign.js';
import { DISTRIBUTION_3, type InteropPlace, layoutPlace, type OpenInterop, ok } from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { tempDir } from '../support/temp.js';

const withDigest = z.object({ digest: z.string() });
const indexFile = z.looseObject({ manifests: z.array(z.looseObject({ digest: z.string() })) });

/** Adds to a layout in which the image is, and gives the digests of what is attached then. */
type Writer = (directory: string) => Promise<readonly string[]>;

describeWithPeers('one layout of several tools', [...DISTRIBUTION_3.peers, 'cosign', 'oras', 'regctl'], () => {
  let open: OpenInterop;
  let cosign: Cosign;
  let source: InteropPlace;
  let image: AttestedIndex;
  /** What cosign has attached, in both formats. */
  let signatures: readonly DiscoveredNode[];
  /** BuildKit's, in the image. */
  let attestations: readonly string[];

  beforeAll(async () => {
    [open, cosign] = await Promise.all([DISTRIBUTION_3.open(), openCosign()]);
    source = open.fresh();
    image = await writeAttestedIndex(join(open.directory, 'image'));
    await source.load(image);
    await writeDocuments(open.directory);
    const built = nodesOf(await discoverAll(source.at(':v1')));
    attestations = built.map(({ digest }) => digest);
    expect(attestations).toHaveLength(4);
    for (const flags of [[], [OLD_FORMAT]]) await cosign.sign(source.at(`@${image.digest}`), ...flags);
    signatures = (await discoverAll(source.at(':v1'))).referrers;
    expect(signatures).toHaveLength(2);
  });
  afterAll(async () => {
    await Promise.all([open?.close(), cosign?.close()]);
  });

  const save: Writer = async (directory) => {
    await cosign.ok(['save', '--dir', directory, source.at(':v1')]);
    return signatures.map(({ digest }) => digest);
  };

  const oras: Writer = async (directory) => {
    const words = ['--format', 'json', '--artifact-type', 'application/vnd.example.oras', 'scan.sarif'];
    const place = layoutPlace(directory).oras(`@${image.digest}`);
    const report = await ok('oras', ['attach', ...place, ...words], { cwd: open.directory });
    return [withDigest.parse(JSON.parse(report)).digest];
  };

  const regctl: Writer = async (directory) => {
    const words = ['--artifact-type', 'application/vnd.example.regctl', '--file', 'scan.sarif'];
    const subject = ['--format', '{{.Manifest.GetDescriptor.Digest}}', '--subject'];
    const place = layoutPlace(directory).regctl(`@${image.digest}`);
    return [(await ok('regctl', ['artifact', 'put', ...words, ...subject, place], { cwd: open.directory })).trim()];
  };

  /** Adds an entry, and keeps the others. */
  async function enter(layout: HandWrittenLayout, entry: object, more: object = {}): Promise<void> {
    const { manifests, ...rest } = indexFile.parse(JSON.parse(await layout.readIndex()));
    await layout.index([...manifests, entry], { ...rest, ...more });
  }

  async function referrer(layout: HandWrittenLayout, tool: string) {
    const subject = { mediaType: image.mediaType, digest: parseDigest(image.digest), size: image.size };
    return layout.referrer(subject, `application/vnd.example.${tool}`);
  }

  // Not at hand as a program: in the shape that olareg documents.
  const olareg: Writer = async (directory) => {
    const layout = new HandWrittenLayout(directory);
    const thing = await referrer(layout, 'olareg');
    const list = await layout.document({ manifests: [thing] });
    const annotations = { 'org.olareg.referrer.subject': image.digest };
    await enter(layout, { ...list, annotations }, { annotations: { 'org.olareg.referrer.convert': 'true' } });
    return [thing.digest];
  };

  // As containerd exports it.
  const containerd: Writer = async (directory) => {
    const layout = new HandWrittenLayout(directory);
    const thing = await referrer(layout, 'containerd');
    await enter(layout, { ...thing, annotations: { 'io.containerd.manifest.subject': image.digest } });
    return [thing.digest];
  };

  async function mixed(...writers: readonly Writer[]) {
    const directory = join(await tempDir(), 'layout');
    await cp(image.directory, directory, { recursive: true });
    const attached = [...attestations];
    for (const write of writers) attached.push(...(await write(directory)));
    return { directory, attached: attached.sort() };
  }

  async function found(directory: string): Promise<string[]> {
    const store = await openLayout(directory);
    const result = await discover({ store, digest: parseDigest(image.digest) });
    expect(result.incomplete).toEqual([]);
    return [...result.referrers, ...(result.platforms ?? []).flatMap(({ referrers }) => referrers)]
      .map(({ digest }): Digest => digest)
      .sort();
  }

  // BuildKit's are there each time. regctl comes before cosign: it removes blobs that no entry leads to.
  const writers: readonly (readonly [string, Writer])[] = [
    ['regctl', regctl],
    ['cosign save', save],
    ['oras', oras],
    ['olareg', olareg],
    ['containerd', containerd],
  ];
  const pairs = writers.flatMap(([one, first], n) =>
    writers.slice(n + 1).map(([two, second]) => [`${one}, ${two}`, [first, second]] as const),
  );

  it.each([
    ...writers.map(([name, writer]) => [name, [writer]] as const),
    ...pairs,
    ['all of them', writers.map(([, writer]) => writer)] as const,
  ])('finds each thing once: BuildKit, %s', async (_names, group) => {
    const { directory, attached } = await mixed(...group);
    expect(attached.length).toBeGreaterThanOrEqual(attestations.length + group.length);
    expect(await found(directory)).toEqual(attached);
  });

  it('finds what cosign save has taken out of index.json', async () => {
    const { directory, attached } = await mixed(oras, olareg, containerd, regctl, save);
    const { manifests } = indexFile.parse(JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')));
    expect(manifests).toHaveLength(2);
    expect(await found(directory)).toEqual(attached);
  });

  it('shows nothing that regctl has removed', async () => {
    const { directory, attached } = await mixed(save, oras, regctl);
    const [bundle] = signatures.filter(({ formats }) => formats?.includes('sigstore-bundle'));
    expect(await found(directory)).toEqual(attached.filter((digest) => digest !== bundle?.digest));
    expect(attached).toContain(bundle?.digest);
  });
});
