import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { digestOf, writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  type InteropPlace,
  LAYOUT,
  type OpenInterop,
  ok,
  SERVE,
  skopeoCopy,
} from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { attach, discover, inspect, pull, resolve } from '../support/remora.js';
import { someFiles, writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';

const TYPE = 'application/vnd.cyclonedx+json';
const DOCKER_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const files = someFiles();
const names = Object.keys(files);

for (const kind of [DISTRIBUTION_2, DISTRIBUTION_3, API_REGISTRY, SERVE]) {
  describeWithPeers(`a Docker v2.2 image in ${kind.name}`, [...kind.peers, 'skopeo'], () => {
    let open: OpenInterop;
    let place: InteropPlace;
    let cwd: string;
    /** As crane sees it. */
    let manifest: string;
    let image: { readonly mediaType: string; readonly digest: string; readonly size: number };

    beforeAll(async () => {
      open = await kind.open();
      place = open.fresh();
      cwd = join(open.directory, 'files');
      await writeFiles(cwd, files);
      const { directory } = await writeImage(join(open.directory, 'image'));
      await skopeoCopy(`oci:${directory}:v1`, place.skopeo(':v1'), '--format', 'v2s2');
      manifest = await ok('crane', ['manifest', place.at(':v1')]);
      image = { mediaType: DOCKER_TYPE, digest: digestOf(manifest), size: Buffer.byteLength(manifest) };
      expect(JSON.parse(manifest)).toMatchObject({ mediaType: DOCKER_TYPE });
    });
    afterAll(() => open?.close());

    it('is shown as what it is', async () => {
      expect(await resolve(place.at(':v1'))).toBe(image.digest);
      expect(await inspect(place.at(':v1'))).toMatchObject({ ...image, kind: 'image', layers: [{}] });
    });

    it('is a subject with its true media type and size', async () => {
      const { digest, subject, listedBy } = await attach(place.at(':v1'), TYPE, names, { cwd });
      expect([subject?.mediaType, subject?.digest, subject?.size, listedBy]).toEqual([
        image.mediaType,
        image.digest,
        image.size,
        kind.via,
      ]);
      const written = z
        .object({ subject: z.unknown() })
        .parse(JSON.parse(await ok('crane', ['manifest', place.at(`@${digest}`)])));
      expect(written.subject).toEqual(image);
      expect(await discover(place.at(':v1'))).toMatchObject({
        ...image,
        referrers: [{ digest, artifactType: TYPE, via: [kind.via] }],
        incomplete: [],
      });
      const out = await tempDir();
      expect((await pull(place.at(':v1'), out, '--artifact-type', TYPE)).artifacts).toMatchObject([{ digest }]);
      expect(await ok('crane', ['manifest', place.at(':v1')])).toBe(manifest);
    });

    it('is one in a layout that crane pulled, too', async () => {
      const layout = await LAYOUT.open();
      try {
        const local = layout.fresh();
        await ok('crane', ['pull', '--format', 'oci', '--annotate-ref', place.at(':v1'), local.at('')]);
        expect(await resolve(local.at(':v1'))).toBe(image.digest);
        const { digest, subject } = await attach(local.at(':v1'), TYPE, names, { cwd });
        expect(subject).toMatchObject(image);
        expect(await inspect(local.at(`@${digest}`))).toMatchObject({ subject: image });
        expect((await discover(local.at(`@${image.digest}`))).referrers).toMatchObject([
          { digest, artifactType: TYPE },
        ]);
        expect(await checkedEntries(local.at(''))).toMatchObject([image, { digest, artifactType: TYPE }]);
      } finally {
        await layout.close();
      }
    });
  });
}
