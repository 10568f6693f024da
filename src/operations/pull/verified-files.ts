import { mapSome } from '../../io/async/run-all.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { resolveSubject } from '../attached/subject.js';
import { type JudgedSubject, judgeSubject } from '../verified/judged-subject.js';
import { type TrustToUse, trustFor } from '../verified/policy-trust.js';
import { selectVerified, type VerifiedAttachment } from '../verified/select.js';
import { signedLayer } from '../verified/signed-layer.js';
import { CONCURRENCY, type WantedFile, type WantedManifest } from './index-files.js';
import { LeftOut } from './left-out.js';
import {
  manifestReader,
  manifestsOf,
  ownFiles,
  type ReadManifest,
  united,
  type Wanted,
  type WantedOptions,
} from './wanted-manifests.js';

/** Options of {@link verifiedFiles}. */
export type VerifiedFilesOptions = WantedOptions & { readonly trust: TrustToUse };

/**
 * Finds the wanted files that are verified. The subject is resolved once: from then on all content is asked for by
 * digests that were judged.
 *
 * @throws RemoraError `NOT_VERIFIED`, `NO_MATCH` (not signed, not attached, an image without files), `INCOMPLETE`, `AMBIGUOUS`
 */
export async function verifiedFiles(
  source: Source,
  selector: ManifestSelector,
  options: VerifiedFilesOptions,
  mayLeaveOut: boolean,
): Promise<Wanted> {
  const { platform, selection, signal, limit } = options;
  const trust = await trustFor(source, options.trust);
  const subject = await resolveSubject(source, selector, platform, { signal, limit });
  const { digest } = subject.descriptor;
  const reference = source.format({ digest });
  if (selection === undefined) {
    const manifest = await source.manifest({ digest }, { signal });
    const wanted = ownFiles(source, manifest, options);
    const proof = (await judgeSubject(source, subject, { trust, signal, limit })).proof();
    return { reference, manifests: [withProof(wanted, proof)], leftOut: new LeftOut(false) };
  }
  const leftOut = new LeftOut(mayLeaveOut && selection.all === true);
  const onUnasked = leftOut.isAllowed ? (way: string, error: unknown) => leftOut.failed(way, error) : undefined;
  const predicateTypes = selection.predicateType !== undefined;
  const judged = await judgeSubject(source, subject, { trust, signal, limit, predicateTypes });
  const read = manifestReader(source, leftOut, signal);
  const { verified, unverified } = await selectVerified(source, judged, selection, { read, onUnasked });
  const ask = { source, trust, read, signal };
  const found = await mapSome(verified, CONCURRENCY, (each) => filesOf(judged, each, ask));
  return { reference, manifests: united(found.flat()), leftOut, unverified };
}

interface Ask extends CallOptions {
  readonly source: Source;
  readonly trust: TrustToUse;
  readonly read: ReadManifest;
}

/** The files of an attachment: all of a manifest that is covered, and of one that is not the signed layer alone. */
async function filesOf(
  judged: JudgedSubject,
  attachment: VerifiedAttachment,
  { source, trust, read, signal }: Ask,
): Promise<readonly WantedManifest[]> {
  const { node, holder, descriptor, platform } = attachment;
  const proof = judged.proofOf(node);
  if (node.coveredBy !== undefined)
    return (await manifestsOf([attachment], read)).map((manifest) => withProof(manifest, proof));
  const manifest: Manifest | undefined = await read((holder ?? descriptor).digest);
  if (manifest === undefined) return [];
  const { layer, payload } = await signedLayer(source, node, manifest, trust, { signal });
  const file = { layer, attachment, isOnly: true, proof, payload, ...given({ platform }) };
  return [{ descriptor: holder ?? descriptor, files: [file] }];
}

function withProof({ files, config, ...one }: WantedManifest, proof: WantedFile['proof']): WantedManifest {
  const proven = (file: WantedFile): WantedFile => ({ ...file, ...given({ proof }) });
  return { ...one, files: files.map(proven), ...(config && { config: proven(config) }) };
}
