import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AttestedIndex, SPDX, writeAttestedIndex } from '../support/attested-index.js';
import { attachmentsOf, type DiscoveredNode, discoverAll, nodesOf, writeDocuments } from '../support/carried.js';
import { type Cosign, OLD_FORMAT, openCosign } from '../support/cosign.js';
import { writeIndex } from '../support/image-layout.js';
import { DISTRIBUTION_3, type InteropPlace, type OpenInterop, ok, SERVE } from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { attach, pull, remora, resolve } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

describeWithPeers('copies by cosign', [...DISTRIBUTION_3.peers, ...SERVE.peers, 'cosign', 'oras'], () => {
  let open: OpenInterop;
  let withApi: OpenInterop;
  let cosign: Cosign;
  let source: InteropPlace;
  let index: Awaited<ReturnType<typeof writeIndex>>;
  let attached: readonly DiscoveredNode[];

  beforeAll(async () => {
    [open, withApi, cosign] = await Promise.all([DISTRIBUTION_3.open(), SERVE.open(), openCosign()]);
    source = open.fresh();
    const cwd = open.directory;
    index = await writeIndex(join(cwd, 'index'), ['amd64', 'arm64']);
    await source.load(index);
    await writeDocuments(cwd);
    const subject = source.at(`@${index.digest}`);
    const sbom = join(cwd, 'sbom.spdx.json');
    for (const flags of [[], [OLD_FORMAT]]) {
      await cosign.sign(subject, ...flags);
      await cosign.attest(subject, 'spdxjson', sbom, ...flags);
    }
    await cosign.ok(['attach', 'sbom', '--sbom', sbom, '--type', 'spdx', '--input-format', 'json', subject]);
    const type = ['--artifact-type', 'application/sarif+json'];
    await ok('oras', ['attach', ...type, ...source.oras(`@${index.digest}`), 'scan.sarif'], { cwd });
    attached = nodesOf(await discoverAll(source.at(':v1')));
    expect(attached).toHaveLength(6);
  });
  afterAll(async () => {
    await Promise.all([open?.close(), withApi?.close(), cosign?.close()]);
  });

  const digests = (nodes: readonly DiscoveredNode[]) => nodes.map(({ digest }) => digest).sort();
  /** What is under cosign's tags. */
  const tagged = () => attached.filter(({ via }) => via.includes('cosign-tag'));

  it('save: finds in the layout all that cosign has put there', async () => {
    const directory = join(await tempDir(), 'saved');
    await cosign.ok(['save', '--dir', directory, source.at(':v1')]);
    const subject = `oci:${directory}@${index.digest}`;
    const found = await discoverAll(subject);
    expect(found.incomplete).toEqual([]);
    expect(attachmentsOf(found)).toEqual([
      'index sbom dsse+spdx cosign-tag',
      'index sbom sigstore-bundle+spdx layout-scan',
      'index scan sarif layout-scan',
      'index signature cosign cosign-tag',
      'index signature sigstore-bundle+cosign layout-scan',
    ]);
    // cosign saves no image of `cosign attach sbom`.
    const saved = attached.filter(({ formats }) => formats?.join() !== 'spdx,cosign');
    expect(saved).toHaveLength(5);
    expect(digests(found.referrers)).toEqual(digests(saved));

    const out = await tempDir();
    const { artifacts } = await pull(subject, out, '--kind', 'sbom', '--format', 'sigstore-bundle', '--unwrap');
    const [file] = artifacts.flatMap(({ files }) => files);
    expect(JSON.parse(await readFile(file?.path ?? '', 'utf8'))).toMatchObject(SPDX);

    const verified = async () => (await cosign.verify('verify', '--local-image', OLD_FORMAT, directory)).code;
    expect(await verified()).toBe(0);
    const { code, stderr } = await remora(['detach', '--yes', '--kind', 'signature', '--all', subject]);
    expect([code, stderr]).toEqual([0, '']);
    expect(attachmentsOf(await discoverAll(subject))).toEqual([
      'index sbom dsse+spdx cosign-tag',
      'index sbom sigstore-bundle+spdx layout-scan',
      'index scan sarif layout-scan',
    ]);
    expect(await verified()).not.toBe(0);
  });

  it('load: finds what has come back from a layout', async () => {
    const directory = join(await tempDir(), 'saved');
    await cosign.ok(['save', '--dir', directory, source.at(':v1')]);
    const place = open.fresh();
    await cosign.ok(['load', '--dir', directory, place.at(':v1')]);
    const found = await discoverAll(place.at(':v1'));
    // cosign loads what it has entered in index.json.
    expect(attachmentsOf(found)).toEqual(['index sbom dsse+spdx cosign-tag', 'index signature cosign cosign-tag']);
    expect(digests(found.referrers)).toEqual(await cosign.tree(place.at(':v1')));
  });

  for (const kind of [DISTRIBUTION_3, SERVE]) {
    it(`copy: finds in ${kind.name} what has come, where the image has the tag of its own list`, async () => {
      const place = (kind === SERVE ? withApi : open).fresh();
      await cosign.ok(['copy', source.at(':v1'), place.at(':copied')]);
      // Such a tag is the one under which registries without the API keep the list of referrers.
      const listTag = `:sha256-${index.digest.slice('sha256:'.length)}`;
      expect(await resolve(place.at(listTag))).toBe(index.digest);
      const found = await discoverAll(place.at(':copied'));
      expect(found.incomplete).toEqual([]);
      expect(digests(nodesOf(found))).toEqual(digests(tagged()));
      expect(found.referrers).toHaveLength(3);
      expect(digests(found.referrers)).toEqual(await cosign.tree(place.at(':copied')));
      expect(await discoverAll(place.at(listTag))).toEqual(found);

      // What is attached now gets a list, in which the platforms of the image are not. `--clean` deletes the list that
      // is replaced, and there is none.
      const words = ['--clean', 'scan.sarif'];
      const cwd = open.directory;
      const { digest } = await attach(place.at(':copied'), 'application/sarif+json', words, { cwd });
      const more = await discoverAll(place.at(':copied'));
      expect(digests(nodesOf(more))).toEqual([...digests(tagged()), digest].sort());
      const list = JSON.parse(await ok('oras', ['discover', '--format', 'json', ...place.oras(':copied')]));
      expect(list.manifests.map((entry: { digest: string }) => entry.digest)).toEqual([digest]);
      expect((await cosign.verify('verify', place.at(':copied'))).code).toBe(0);
      expect(await resolve(place.at(':copied'))).toBe(index.digest);
    });
  }

  it('copy: finds the attestations of BuildKit, each once, where they are referrers as well', async () => {
    const image: AttestedIndex = await writeAttestedIndex(join(open.directory, 'attested'));
    const from = withApi.fresh();
    await from.load(image);
    await cosign.sign(from.at(`@${image.digest}`), OLD_FORMAT);
    const place = withApi.fresh();
    await cosign.ok(['copy', from.at(':v1'), place.at(':v1')]);
    expect(attachmentsOf(await discoverAll(place.at(':v1')))).toEqual([
      'index signature cosign cosign-tag',
      'linux/amd64 provenance in-toto index-child',
      'linux/amd64 sbom in-toto+spdx index-child',
      'linux/arm64 provenance in-toto api+index-child',
      'linux/arm64 sbom in-toto+spdx api+index-child',
    ]);
  });
});
