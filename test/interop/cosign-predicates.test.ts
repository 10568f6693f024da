import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attachmentsOf, discoverAll } from '../support/carried.js';
import { type Cosign, OLD_FORMAT, openCosign } from '../support/cosign.js';
import { writeImage } from '../support/image-layout.js';
import { CRANE_REGISTRY, type InteropPlace, type OpenInterop } from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { pull } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

const idOf = (type: string) => `https://example.com/${type}`;
const scan = { scanStartedOn: '2026-01-02T03:04:05Z', scanFinishedOn: '2026-01-02T03:04:06Z' };

/** What `cosign attest --type` takes, what is attested, and what that is to remora. */
const PREDICATES = [
  // The one predicate that is a text: cosign puts it into the statement as a string.
  ['spdx', `SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nDocumentNamespace: ${idOf('spdx')}\n`, 'sbom', '+spdx'],
  ['cyclonedx', { bomFormat: 'CycloneDX', specVersion: '1.5', serialNumber: idOf('cyclonedx') }, 'sbom', '+cyclonedx'],
  ['vuln', { scanner: { uri: idOf('vuln') }, metadata: scan }, 'scan', ''],
  [
    'openvex',
    { '@context': 'https://openvex.dev/ns/v0.2.0', '@id': idOf('openvex'), statements: [] },
    'vex',
    '+openvex',
  ],
  ['slsaprovenance1', { runDetails: { builder: { id: idOf('slsaprovenance1') } } }, 'provenance', ''],
] as const;

describeWithPeers('predicates of cosign', [...CRANE_REGISTRY.peers, 'cosign'], () => {
  let open: OpenInterop;
  let cosign: Cosign;
  let place: InteropPlace;

  beforeAll(async () => {
    [open, cosign] = await Promise.all([CRANE_REGISTRY.open(), openCosign()]);
    place = open.fresh();
    const image = await writeImage(join(open.directory, 'image'));
    await place.load(image);
    for (const [type, predicate] of PREDICATES) {
      const text = typeof predicate === 'string' ? predicate : JSON.stringify(predicate);
      await writeFile(join(open.directory, type), text);
    }
    const attest = async (...flags: string[]) => {
      for (const [type] of PREDICATES) {
        await cosign.attest(place.at(`@${image.digest}`), type, join(open.directory, type), ...flags);
      }
    };
    await Promise.all([attest(), attest(OLD_FORMAT)]);
  });
  afterAll(async () => {
    await Promise.all([open?.close(), cosign?.close()]);
  });

  it('are known in both formats', async () => {
    expect(attachmentsOf(await discoverAll(place.at(':v1')))).toEqual(
      PREDICATES.flatMap(([, , kind, format]) => [
        `index ${kind} dsse${format} cosign-tag`,
        `index ${kind} sigstore-bundle${format} tag`,
      ]).sort(),
    );
  });

  it.each(PREDICATES)("are selected by cosign's name %s", async (type, predicate) => {
    const words = ['--predicate-type', type, '--all', '--unwrap'];
    const { artifacts } = await pull(place.at(':v1'), await tempDir(), ...words);
    const files = artifacts.flatMap((artifact) => artifact.files);
    const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')));
    expect(texts).toHaveLength(2);
    const about = typeof predicate === 'string' ? 'SPDXRef-DOCUMENT' : idOf(type);
    for (const text of texts) expect(text).toContain(about);
  });

  it('are fetched out of both wrappers', async () => {
    const kinds = new Set(PREDICATES.map(([, , kind]) => kind));
    const words = [...kinds].flatMap((kind) => ['--kind', kind]);
    const { artifacts } = await pull(place.at(':v1'), await tempDir(), ...words, '--all', '--unwrap');
    const files = artifacts.flatMap((artifact) => artifact.files);
    const texts = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')));
    expect(texts).toHaveLength(2 * PREDICATES.length);
    for (const [type, predicate] of PREDICATES) {
      const same = texts.filter((text) => text.includes(idOf(type)));
      expect(same).toHaveLength(2);
      for (const text of same) {
        // cosign fills in what it thinks is missing.
        if (typeof predicate === 'string') expect(text).toBe(predicate);
        else expect(JSON.parse(text)).toMatchObject(predicate);
      }
    }
  });
});
