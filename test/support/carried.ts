import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type AttestedIndex, PROVENANCE, SPDX } from './attested-index.js';
import { type Cosign, OLD_FORMAT } from './cosign.js';
import { type InteropPlace, ok } from './interop-places.js';
import { attach, remoraJson } from './remora.js';

/** What `discover --json` prints, as far as these tests look at it. */
const node = z.object({
  digest: z.string(),
  kind: z.string().optional(),
  formats: z.array(z.string()).optional(),
  manifest: z.string().optional(),
  subject: z.string(),
  via: z.array(z.string()),
  get referrers() {
    return z.array(node);
  },
});
const nodes = z.array(node);
const discovered = z.object({
  digest: z.string(),
  referrers: nodes,
  platforms: z.array(z.object({ digest: z.string(), platform: z.string().optional(), referrers: nodes })).optional(),
  incomplete: z.array(z.unknown()),
});

export type Discovered = z.infer<typeof discovered>;
export type DiscoveredNode = z.infer<typeof node>;

/** What hangs on an image in a registry, however it got there: `SUBJECT KIND FORMATS VIA`. */
export interface Carried {
  readonly things: readonly string[];
  /** Digests by the tools that told them. */
  readonly oras: string;
  readonly regctl: string;
  readonly remora: string;
}

/** Writes the documents that are attached. */
export async function writeDocuments(directory: string): Promise<void> {
  await writeFile(join(directory, 'sbom.spdx.json'), JSON.stringify(SPDX));
  await writeFile(join(directory, 'provenance.json'), JSON.stringify(PROVENANCE));
  await writeFile(join(directory, 'scan.sarif'), '{"version":"2.1.0","runs":[]}\n');
}

/**
 * Everything at once: both formats of cosign, its experimental one, `cosign attach sbom`, oras, regctl, remora, and
 * the attestations that the index has already. `via` is how referrers are found there, `viaTheirs` those of oras and
 * regctl, which write the referrers tag as well where a registry has the API and sends no `OCI-Subject`.
 */
export async function carryEverything(
  cosign: Cosign,
  place: InteropPlace,
  image: AttestedIndex,
  cwd: string,
  via: string,
  viaTheirs = via,
): Promise<Carried> {
  const index = place.at(`@${image.digest}`);
  const amd64 = place.at(`@${image.amd64.digest}`);
  const arm64 = place.at(`@${image.arm64.digest}`);
  const sbom = join(cwd, 'sbom.spdx.json');
  const provenance = join(cwd, 'provenance.json');
  const attachSbom = ['attach', 'sbom', '--sbom', sbom, '--type', 'spdx', '--input-format', 'json'];
  // What goes into the same list or under the same tag is written one after another.
  const bundles = async () => {
    await cosign.sign(index);
    await cosign.sign(arm64);
    await cosign.attest(index, 'spdxjson', sbom);
    await cosign.attest(index, 'slsaprovenance', provenance);
    await cosign.experimental([...attachSbom, amd64]);
  };
  const tags = async () => {
    await cosign.sign(index, OLD_FORMAT);
    await cosign.sign(arm64, OLD_FORMAT);
    await cosign.attest(index, 'spdxjson', sbom, OLD_FORMAT);
    await cosign.attest(index, 'slsaprovenance', provenance, OLD_FORMAT);
    await cosign.ok([...attachSbom, index]);
  };
  await Promise.all([bundles(), tags()]);
  await cosign.experimental(['sign', ...cosign.offline, OLD_FORMAT, amd64]);
  const byOras = ['attach', '--format', 'json', '--artifact-type', 'application/sarif+json'];
  const oras = await ok('oras', [...byOras, ...place.oras(`@${image.digest}`), 'scan.sarif'], { cwd });
  const type = 'application/vnd.cyclonedx+json';
  const put = ['artifact', 'put', '--artifact-type', type, '--file', 'scan.sarif', '--file-media-type', type];
  const flags = ['--format', '{{.Manifest.GetDescriptor.Digest}}', '--subject', place.regctl(`@${image.digest}`)];
  const regctl = await ok('regctl', [...place.regctlFlags, ...put, ...flags], { cwd });
  const remora = await attach(index, 'application/vnd.openvex+json', ['scan.sarif'], { cwd });
  return {
    things: [
      `index provenance sigstore-bundle ${via}`,
      `index sbom sigstore-bundle+spdx ${via}`,
      `index signature sigstore-bundle+cosign ${via}`,
      'index provenance dsse cosign-tag',
      'index sbom dsse+spdx cosign-tag',
      'index signature cosign cosign-tag',
      'index sbom spdx+cosign cosign-tag',
      `index scan sarif ${viaTheirs}`,
      `index sbom cyclonedx ${viaTheirs}`,
      `index vex openvex ${via}`,
      `linux/amd64 signature cosign ${via}`,
      `linux/amd64 sbom cosign+spdx ${via}`,
      'linux/amd64 sbom in-toto+spdx index-child',
      'linux/amd64 provenance in-toto index-child',
      `linux/arm64 signature sigstore-bundle+cosign ${via}`,
      'linux/arm64 signature cosign cosign-tag',
      // A child of the index that is a referrer as well is one thing.
      `linux/arm64 sbom in-toto+spdx ${via}+index-child`,
      `linux/arm64 provenance in-toto ${via}+index-child`,
    ].sort(),
    oras: z.object({ digest: z.string() }).parse(JSON.parse(oras)).digest,
    regctl: regctl.trim(),
    remora: remora.digest,
  };
}

export function discoverAll(subject: string, ...words: string[]): Promise<Discovered> {
  return remoraJson(discovered, ['discover', subject, ...words]);
}

/** What was found, as `Carried.things`; it must hang on the subject under which it is shown. */
export function attachmentsOf(found: Discovered): string[] {
  const under = (of: string, subject: string, attached: readonly DiscoveredNode[]): string[] =>
    attached.flatMap(({ kind, formats = [], via, digest, referrers, ...thing }) => {
      const about = thing.subject === subject ? of : `${of}, with the subject ${thing.subject}`;
      return [`${about} ${kind} ${formats.join('+')} ${via.join('+')}`, ...under(`on ${digest}`, digest, referrers)];
    });
  const platforms = found.platforms ?? [];
  return [
    ...under('index', found.digest, found.referrers),
    ...platforms.flatMap(({ platform, digest, referrers }) => under(platform ?? digest, digest, referrers)),
  ].sort();
}

/** All nodes, with what hangs on the platforms. */
export function nodesOf(found: Discovered): readonly DiscoveredNode[] {
  const below = (attached: readonly DiscoveredNode[]): DiscoveredNode[] =>
    attached.flatMap((thing) => [thing, ...below(thing.referrers)]);
  return below([...found.referrers, ...(found.platforms ?? []).flatMap(({ referrers }) => referrers)]);
}

/** Digests with their holders: each of them may be found once. */
export function identities(things: readonly DiscoveredNode[]): Set<string> {
  return new Set(things.map(({ subject, digest, manifest }) => `${subject} ${manifest} ${digest}`));
}
