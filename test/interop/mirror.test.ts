import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { copy } from '../../src/operations/copy/copy.js';
import { type AttestedIndex, writeAttestedIndex } from '../support/attested-index.js';
import { makeAuthority } from '../support/certificates.js';
import { withDockerConfig } from '../support/docker-config.js';
import { startHtpasswdRegistry } from '../support/htpasswd-registry.js';
import { writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  DISTRIBUTION_3,
  type InteropPlace,
  LAYOUT,
  layoutPlace,
  type OpenInterop,
  ok,
  REGISTRIES,
  SERVE,
  skopeoCopy,
} from '../support/interop-places.js';
import { describeWithPeers, type PeerRegistry, run } from '../support/peers.js';
import { startRegistry } from '../support/registry.js';
import { remora, startRemora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

const TAGS = ['v1.0.0', 'v1.2.0', 'v1.3.0-rc.1', 'v1.2.0-debug', '2.0.0', 'latest'];
/** As go-containerregistry's registry has it: it lists the type of the config. */
const EMPTY = 'application/vnd.oci.empty.v1+json';
const kinds = z.array(z.object({ kind: z.string() }));
const ATTESTATION = 'application/vnd.docker.attestation.manifest.v1+json';

for (const kind of [LAYOUT, ...REGISTRIES]) {
  describeWithPeers(`a mirror in ${kind.name}`, [...kind.peers, 'regctl', 'skopeo', 'crane'], () => {
    const call = kind.commands.remora;
    let open: OpenInterop;
    let source: string;
    let digests: ReadonlyMap<string, string>;
    let attested: AttestedIndex;

    beforeAll(async () => {
      open = await kind.open();
      source = join(open.directory, 'source');
      const images = TAGS.map(async (tag) => {
        const image = await writeImage(join(open.directory, tag), tag, `of ${tag}`);
        return [tag, image] as const;
      });
      for (const [tag, image] of await Promise.all(images))
        expect((await call(['copy', `oci:${image.directory}:${tag}`, `oci:${source}`])).code).toBe(0);
      digests = new Map((await Promise.all(images)).map(([tag, { digest }]) => [tag, digest]));
      attested = await writeAttestedIndex(join(open.directory, 'attested'), 'multi');
    });
    afterAll(() => open?.close());

    const digestAt = async (place: InteropPlace, tag: string) =>
      (await ok('regctl', [...place.regctlFlags, 'manifest', 'head', place.regctl(`:${tag}`)])).trim();
    const tagsAt = async (place: InteropPlace) =>
      (await ok('regctl', [...place.regctlFlags, 'tag', 'ls', place.regctl('')])).trim().split('\n').sort();

    it('has the versions of a range, which other tools read', async () => {
      const place = open.fresh();
      const words = ['copy', `oci:${source}`, place.at(''), '--semver', '>=1 <2 || 1.2.0-debug', '--no-tag', '*-debug'];
      const { code, stderr } = await call(words);
      expect([code, stderr]).toEqual([0, '']);
      expect(await tagsAt(place)).toEqual(['v1.0.0', 'v1.2.0']);
      expect(await digestAt(place, 'v1.2.0')).toBe(digests.get('v1.2.0'));
      await skopeoCopy(place.skopeo(':v1.0.0'), `dir:${await tempDir()}`);
    });

    it('keeps what other tools have put there under a tag', async () => {
      const place = open.fresh();
      const old = digests.get('v1.0.0');
      // skopeo writes each image as it is: one moved tag, and one that is as in the source.
      await skopeoCopy(`oci:${source}:v1.0.0`, place.skopeo(':latest'), '--preserve-digests');
      await ok('regctl', [
        ...place.regctlFlags,
        ...['image', 'copy', `ocidir://${source}:2.0.0`, place.regctl(':2.0.0')],
      ]);
      const words = ['copy', '--all-tags', '--no-clobber', '--json', `oci:${source}`, place.at('')];
      const first = await call(words);
      expect(first.code).toBe(0);
      const { kept, tags } = JSON.parse(first.stdout);
      expect(kept).toEqual([{ tag: 'latest', digest: old, wanted: digests.get('latest') }]);
      expect(tags).toHaveLength(TAGS.length - 1);
      expect([await digestAt(place, 'latest'), await digestAt(place, '2.0.0')]).toEqual([old, digests.get('2.0.0')]);
      const again = JSON.parse((await call(words)).stdout);
      expect([again.bytes, again.kept]).toEqual([0, kept]);
      const moved = await call(words.filter((word) => word !== '--no-clobber'));
      expect([moved.code, await digestAt(place, 'latest')]).toEqual([0, digests.get('latest')]);
    });

    it("lists BuildKit's attestations as referrers of their platform, which regctl finds", async () => {
      const place = open.fresh();
      const words = [
        'copy',
        '-r',
        '--convert',
        '--no-settle',
        '--json',
        `oci:${attested.directory}:multi`,
        place.at(''),
      ];
      expect((await call(words)).code).toBe(0);
      const types = async () => {
        const subject = place.regctl(`@${attested.amd64.digest}`);
        const format = ['--format', '{{range .Descriptors}}{{.ArtifactType}} {{end}}'];
        return (await ok('regctl', [...place.regctlFlags, 'artifact', 'list', subject, ...format])).trim();
      };
      // regctl looks in a layout for its own lists alone, and remora begins none.
      const listed = kind.kind === 'layout' ? '' : kind.name === API_REGISTRY.name ? EMPTY : ATTESTATION;
      expect(await types()).toBe(listed);
      const { referrers } = JSON.parse(
        (await call(['discover', '--json', place.at(`@${attested.amd64.digest}`)])).stdout,
      );
      expect(
        kinds
          .parse(referrers)
          .map((one) => one.kind)
          .sort(),
      ).toEqual(['provenance', 'sbom']);
      expect(JSON.parse((await call(words)).stdout).bytes).toBe(0);
      expect(await types()).toBe(listed);
      expect(await digestAt(place, 'multi')).toBe(attested.digest);
      // The copy of another tool is whole.
      const copied = join(await tempDir(), 'copied');
      await ok('regctl', [...place.regctlFlags, 'image', 'copy', place.regctl(':multi'), `ocidir://${copied}:multi`]);
      expect(await digestAt(layoutPlace(copied), 'multi')).toBe(attested.digest);
    });
  });
}

describeWithPeers('sixteen copies at once to one tag of remora serve', SERVE.peers, () => {
  it('set it once', async () => {
    const open = await SERVE.open();
    onTestFinished(() => open.close());
    const place = open.fresh();
    const images = await Promise.all(
      Array.from({ length: 16 }, (_, index) => writeImage(join(open.directory, `${index}`), 'v1', `image ${index}`)),
    );
    const results = await Promise.all(
      images.map(({ directory }) => copy(`oci:${directory}:v1`, place.at(''), { noClobber: true })),
    );
    const set = results.flatMap(({ tags }) => tags.map(({ digest }) => digest));
    expect(set).toHaveLength(1);
    expect(new Set(results.flatMap(({ kept = [] }) => kept.map(({ digest }) => digest)))).toEqual(new Set(set));
  });
});

describeWithPeers('certs.d', ['skopeo'], () => {
  it('means to remora what it means to skopeo', async () => {
    const authority = await makeAuthority();
    const [certificate, client] = await Promise.all([authority.server(), authority.client('robot')]);
    const registry = await startRegistry({ tls: { ...certificate, ca: authority.ca } });
    onTestFinished(() => registry.close());
    const { home, env } = await withDockerConfig({});
    const image = await writeImage(join(await tempDir(), 'image'));
    const directory = join(home, '.config/containers/certs.d', registry.host);
    await mkdir(directory, { recursive: true });
    const both = async () => {
      const target = `${registry.host}/team/app:v1`;
      const ours = await remora(['copy', `oci:${image.directory}:v1`, target], { env });
      const theirs = await run('skopeo', ['inspect', '--raw', `docker://${target}`], { env });
      return [ours.code === 0, theirs.code === 0];
    };
    expect(await both()).toEqual([false, false]);
    await writeFile(join(directory, 'ca.crt'), authority.ca);
    expect(await both()).toEqual([false, false]);
    await writeFile(join(directory, 'b.cert'), client.cert);
    expect(await both()).toEqual([false, false]);
    await writeFile(join(directory, 'b.key'), client.key);
    expect(await both()).toEqual([true, true]);
    // The same files for another host help neither.
    await cp(directory, join(home, '.config/containers/certs.d/other.example'), { recursive: true });
    await writeFile(join(directory, 'b.key'), 'junk');
    expect(await both()).toEqual([false, false]);
  });
});

describeWithPeers('a file of credentials', [...DISTRIBUTION_3.peers, 'skopeo'], () => {
  let registry: PeerRegistry;
  beforeAll(async () => {
    registry = await startHtpasswdRegistry('registry3', 'ann', 'correct horse 42');
  });
  afterAll(() => registry?.close());

  it('is shared with skopeo, in both directions', async () => {
    const { env, dir } = await withDockerConfig({});
    const image = await writeImage(join(await tempDir(), 'image'));
    const target = `${registry.host}/team/app:v1`;
    const words = ['--authfile', join(dir, 'skopeo.json'), '--tls-verify=false', '-u', 'ann', '--password-stdin'];
    const login = await run('skopeo', ['login', ...words, registry.host], { env, input: 'correct horse 42' });
    expect(login.code, login.stderr).toBe(0);
    const pushed = await remora(
      ['copy', `oci:${image.directory}:v1`, target, '--to-auth-file', join(dir, 'skopeo.json')],
      { env },
    );
    expect(pushed.code, pushed.stderr).toBe(0);
    expect((await remora(['resolve', target], { env })).code).toBe(4);
    const own = join(dir, 'remora.json');
    const stored = startRemora(['login', registry.host, '-u', 'ann', '--password-stdin', '--auth-file', own], {
      env,
      input: 'correct horse 42',
    });
    expect((await stored.done).code).toBe(0);
    const read = ['inspect', '--raw', '--tls-verify=false', `docker://${target}`];
    expect((await run('skopeo', [...read, '--authfile', own], { env })).code).toBe(0);
  });
});
