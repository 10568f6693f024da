import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { type AttestedIndex, PROVENANCE, SPDX, writeAttestedIndex } from '../support/attested-index.js';
import {
  attachmentsOf,
  type Carried,
  carryEverything,
  type Discovered,
  discoverAll,
  identities,
  nodesOf,
  writeDocuments,
} from '../support/carried.js';
import { type Cosign, OLD_FORMAT, openCosign } from '../support/cosign.js';
import { API_REGISTRY, DISTRIBUTION_3, type InteropPlace, type OpenInterop, SERVE } from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { remora, remoraJson, resolve } from '../support/remora.js';

for (const kind of [DISTRIBUTION_3, API_REGISTRY, SERVE]) {
  describeWithPeers(`beside cosign in ${kind.name}`, [...kind.peers, 'cosign', 'oras', 'regctl'], () => {
    let open: OpenInterop;
    let cosign: Cosign;
    let place: InteropPlace;
    let image: AttestedIndex;
    let carried: Carried;
    let found: Discovered;

    beforeAll(async () => {
      [open, cosign] = await Promise.all([kind.open(), openCosign()]);
      place = open.fresh();
      image = await writeAttestedIndex(join(open.directory, 'image'));
      await place.load(image);
      await writeDocuments(open.directory);
      carried = await carryEverything(
        cosign,
        place,
        image,
        open.directory,
        kind.via,
        kind === API_REGISTRY ? 'api+tag' : kind.via,
      );
      found = await discoverAll(place.at(':v1'));
    });
    afterAll(async () => {
      await Promise.all([open?.close(), cosign?.close()]);
    });

    async function pullAll(...words: string[]) {
      const directory = await mkdtemp(join(open.directory, 'pulled-'));
      const { artifacts } = await remoraJson(resultSchemas.pull, [
        'pull',
        '--all',
        '-o',
        directory,
        ...words,
        place.at(':v1'),
      ]);
      const files = artifacts.flatMap((artifact) => artifact.files);
      const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')));
      return { files, documents: texts.map((text): unknown => JSON.parse(text)) };
    }

    async function detach(...words: string[]) {
      const { code, stdout } = await remora(['detach', '--json', '--yes', '--no-settle', ...words, place.at(':v1')]);
      const { removed, blocked, incomplete } = resultSchemas.detach.parse(JSON.parse(stdout));
      expect(incomplete).toEqual([]);
      const manifests = removed.map(({ manifest, digest }) => manifest ?? digest);
      return { code, removed: manifests, count: removed.length, blocked: blocked.length };
    }

    async function verified(command: 'verify' | 'verify-attestation', ...words: string[]) {
      const { code, stderr } = await cosign.verify(command, ...words, place.at(':v1'));
      return code === 0 ? 'verified' : /Error: ([\w ]+)/.exec(stderr)?.[1];
    }

    const left = async () => attachmentsOf(await discoverAll(place.at(':v1')));
    const NONE = 'no signatures found';
    const OTHER = 'none of the attestations matched the predicate type';

    it('finds each thing once, and what it is', () => {
      expect(found.incomplete).toEqual([]);
      expect(attachmentsOf(found)).toEqual(carried.things);
      const nodes = nodesOf(found);
      expect(identities(nodes).size).toBe(nodes.length);
      expect(found.referrers.map(({ digest }) => digest)).toEqual(
        expect.arrayContaining([carried.oras, carried.regctl, carried.remora]),
      );
    });

    it('finds everything of a kind, and nothing else', async () => {
      const only = attachmentsOf(await discoverAll(place.at(':v1'), '--kind', 'sbom'));
      expect(only).toEqual(carried.things.filter((thing) => thing.includes(' sbom ')));
      expect(only).toHaveLength(7);
    });

    it('agrees with cosign tree on the index and on each platform', async () => {
      for (const { digest, referrers } of [found, ...(found.platforms ?? [])]) {
        // cosign looks at referrers and tags, and not into the index; of a referrer it shows the manifest.
        const ours = referrers
          .filter(({ via }) => via.join() !== 'index-child')
          .map((node) => (node.via.includes('cosign-tag') ? node.digest : (node.manifest ?? node.digest)));
        const theirs = await cosign.tree(place.at(`@${digest}`));
        expect(theirs).toEqual([...new Set(ours)].sort());
        expect(theirs.length).toBeGreaterThan(1);
      }
    });

    // Both registries with the API take the same way from here on.
    if (kind === API_REGISTRY) return;

    it('fetches what statements of every wrapper say', async () => {
      const wrapped = ['sigstore-bundle', 'dsse', 'in-toto'].flatMap((format) => ['--format', format]);
      const [sboms, provenance] = await Promise.all([
        pullAll('--kind', 'sbom', '--unwrap', ...wrapped),
        pullAll('--kind', 'provenance', '--unwrap'),
      ]);
      expect(sboms.documents).toEqual([SPDX, SPDX, SPDX, SPDX].map((document) => expect.objectContaining(document)));
      expect(provenance.documents).toEqual(
        [1, 2, 3, 4].map(() => expect.objectContaining({ builder: PROVENANCE.builder })),
      );
      for (const { files } of [sboms, provenance]) {
        expect(files.every(({ unwrapped }) => unwrapped)).toBe(true);
        expect(files.map(({ platform }) => platform)).toEqual([undefined, undefined, 'linux/amd64', 'linux/arm64']);
      }
    });

    it('fetches what has no wrapper: SBOMs of cosign attach, signatures in both formats', async () => {
      const [sboms, signatures] = await Promise.all([
        pullAll('--kind', 'sbom', '--format', 'cosign'),
        pullAll('--kind', 'signature'),
      ]);
      expect(sboms.documents).toEqual([SPDX, SPDX]);
      const names = signatures.files.map(({ path, platform }) => `${platform} ${/\.\w+\.json$/.exec(path)?.[0]}`);
      expect(names.sort()).toEqual([
        'linux/amd64 .cosign.json',
        'linux/arm64 .cosign.json',
        'linux/arm64 .sigstore.json',
        'undefined .cosign.json',
        'undefined .sigstore.json',
      ]);
    });

    it('leaves what cosign verifies as it is', async () => {
      const platform = place.at(`@${image.arm64.digest}`);
      const verified = async () =>
        Promise.all(
          [place.at(':v1'), platform].flatMap((subject) => [
            cosign.verify('verify', subject).then(({ code }) => code),
            cosign.verify('verify', OLD_FORMAT, subject).then(({ code }) => code),
          ]),
        );
      expect(await verified()).toEqual([0, 0, 0, 0]);
      const before = await cosign.tree(place.at(':v1'));
      const flags = ['--artifact-type', 'application/vnd.example.note'];
      const attached = await remora(['attach', ...flags, place.at(':v1'), 'scan.sarif'], { cwd: open.directory });
      expect(attached.code).toBe(0);
      // oras, regctl and remora attached the file as other things: a line names them, and another the next step.
      const [same, next] = attached.stderr.trimEnd().split('\n');
      for (const type of ['application/sarif+json', 'application/vnd.cyclonedx+json', 'application/vnd.openvex+json'])
        expect(same).toContain(type);
      expect(next).toContain('detach --digest');
      expect(attached.stderr.match(/\n/g)).toHaveLength(2);
      expect(await cosign.tree(place.at(':v1'))).toHaveLength(before.length + 1);
      expect(await verified()).toEqual([0, 0, 0, 0]);
      const { code, stderr } = await remora(['detach', '--yes', '--no-settle', ...flags, place.at(':v1')]);
      expect([code, stderr]).toEqual([0, '']);
      expect(await cosign.tree(place.at(':v1'))).toEqual(before);
      expect(await verified()).toEqual([0, 0, 0, 0]);
    });

    // Each step goes on from the one before.
    it('removes what others attached, and leaves signatures alone', async () => {
      const before = await cosign.tree(place.at(':v1'));
      for (const digest of [carried.oras, carried.regctl]) {
        expect(await detach('--digest', digest)).toMatchObject({ code: 0, removed: [digest] });
      }
      const after = before.filter((digest) => digest !== carried.oras && digest !== carried.regctl);
      expect(after).toHaveLength(before.length - 2);
      expect(await cosign.tree(place.at(':v1'))).toEqual(after);
      expect([await verified('verify'), await verified('verify', OLD_FORMAT)]).toEqual(['verified', 'verified']);
    });

    it('removes signatures of the index and of its platforms, and leaves attestations', async () => {
      const signatures = (await left()).filter((thing) => thing.includes(' signature '));
      expect(await detach('--kind', 'signature', '--all')).toMatchObject({ code: 0, count: signatures.length });
      expect(signatures).toHaveLength(5);
      expect(await verified('verify', OLD_FORMAT)).toBe(NONE);
      // In the new format cosign takes any bundle that its key has signed, attestations as well.
      expect(await verified('verify')).toBe('verified');
      expect(await verified('verify-attestation', '--type', 'spdxjson')).toBe('verified');
      expect(await verified('verify-attestation', '--type', 'spdxjson', OLD_FORMAT)).toBe('verified');
    });

    it('removes SBOMs that are alone in their manifest, and says which are not', async () => {
      // One shares an image with the provenance, two are in the image index.
      expect(await detach('--kind', 'sbom', '--all')).toMatchObject({ code: 1, count: 3, blocked: 3 });
      expect(await verified('verify-attestation', '--type', 'spdxjson')).toBe(OTHER);
      expect(await verified('verify-attestation', '--type', 'spdxjson', OLD_FORMAT)).toBe('verified');
      expect(await verified('verify-attestation', '--type', 'slsaprovenance')).toBe('verified');
    });

    it('removes an image of cosign with all its attestations', async () => {
      const nodes = nodesOf(await discoverAll(place.at(':v1')));
      const holders = new Set(nodes.filter(({ via }) => via.includes('cosign-tag')).map(({ manifest }) => manifest));
      const [holder = ''] = holders;
      expect(holders.size).toBe(1);
      expect(await detach('--digest', holder)).toMatchObject({ code: 0, removed: [holder, holder] });
      expect(await verified('verify-attestation', '--type', 'slsaprovenance', OLD_FORMAT)).not.toBe('verified');
      expect(await verified('verify-attestation', '--type', 'slsaprovenance')).toBe('verified');
    });

    it('removes the rest, to the last that can be removed', async () => {
      expect(await detach('--all')).toMatchObject({ code: 1, count: 2, blocked: 4 });
      expect(await left()).toEqual(carried.things.filter((thing) => thing.endsWith('index-child')));
      expect(await cosign.tree(place.at(':v1'))).toEqual([]);
      expect([await verified('verify'), await verified('verify', OLD_FORMAT)]).toEqual([NONE, NONE]);
      expect(await resolve(place.at(':v1'))).toBe(image.digest);
      // cosign can begin anew.
      await cosign.sign(place.at(`@${image.digest}`));
      expect(await verified('verify')).toBe('verified');
      expect(await left()).toContain(`index signature sigstore-bundle+cosign ${kind.via}`);
    });
  });
}
