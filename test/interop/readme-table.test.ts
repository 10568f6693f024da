import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeAttestedIndex } from '../support/attested-index.js';
import { type Carried, carryEverything, discoverAll, nodesOf, writeDocuments } from '../support/carried.js';
import { type Cosign, openCosign } from '../support/cosign.js';
import { DISTRIBUTION_3, type InteropPlace, type OpenInterop, ok } from '../support/interop-places.js';
import { describeWithPeers, run } from '../support/peers.js';

const ROOT = join(import.meta.dirname, '..', '..');
const DIGEST = /sha256:[0-9a-f]{64}/g;

describeWithPeers('the table of the README', [...DISTRIBUTION_3.peers, 'cosign', 'oras', 'regctl'], () => {
  let open: OpenInterop;
  let cosign: Cosign;
  let place: InteropPlace;
  let carried: Carried;
  let readme: string;

  beforeAll(async () => {
    [open, cosign] = await Promise.all([DISTRIBUTION_3.open(), openCosign()]);
    place = open.fresh();
    const image = await writeAttestedIndex(join(open.directory, 'image'));
    await place.load(image);
    await writeDocuments(open.directory);
    carried = await carryEverything(cosign, place, image, open.directory, DISTRIBUTION_3.via);
    await cosign.sign(place.at(`@${carried.oras}`));
    readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  });
  afterAll(async () => {
    await Promise.all([open?.close(), cosign?.close()]);
  });

  it('counts what each tool lists', async () => {
    const found = await discoverAll(place.at(':v1'));
    expect(found.incomplete).toEqual([]);
    const regctl = (...words: string[]) => ok('regctl', [...place.regctlFlags, 'artifact', ...words]);
    const [oras, tree, list, shown] = await Promise.all([
      ok('oras', ['discover', ...place.oras(':v1')]),
      regctl('tree', '--digest-tags', place.regctl(':v1')),
      regctl('list', '--format', '{{range .Descriptors}}{{println .Digest}}{{end}}', place.regctl(':v1')),
      cosign.tree(place.at(':v1')),
    ]);
    const [, ...byOras] = oras.match(DIGEST) ?? [];
    // Children have no type; what BuildKit put into the index is shown as manifests, and as no attachment.
    const typed = [...tree.matchAll(/- (sha256:[0-9a-f]{64}): (\S+)/g)];
    const byTree = typed.filter(([, , type]) => type !== 'application/vnd.docker.attestation.manifest.v1+json');
    expect(typed.length - byTree.length).toBe(1);
    const counts = [nodesOf(found), byOras, byTree, list.match(DIGEST) ?? [], shown].map(({ length }) => length);
    expect(counts).toEqual(sums(readme));
    expect(byOras).toContain(carried.regctl);
    expect(shown).toContain(carried.remora);
  });

  it('names the versions that were asked', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const said = await Promise.all([
      ok('registry3', ['--version']),
      Promise.resolve(`remora ${version}`),
      ok('oras', ['version']),
      ok('regctl', ['version']),
      run('cosign', ['version']).then(({ stdout, stderr }) => stdout + stderr),
    ]);
    const [distribution, ...tools] = said.map((text) => /\bv?(\d+\.\d+\.\d+)/.exec(text)?.[1]);
    const [remora, oras, regctl, cosignVersion] = tools;
    expect(readme).toContain(
      `(distribution ${distribution}; remora ${remora}, oras ${oras}, regctl ${regctl}, cosign ${cosignVersion}):`,
    );
  });
});

/** The last row of the table: what remora, oras, regctl's tree and list, and cosign list. */
function sums(readme: string): readonly number[] {
  const row = /^\| \*\*of 19 attachments\*\* \|(.*)\|$/m.exec(readme)?.[1] ?? '';
  return row.split('|').map((cell) => Number(cell.replaceAll('*', '')));
}
