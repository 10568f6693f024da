import { kindOf } from '../../formats/kinds/kind-of.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import { type Judgement, unchecked } from '../../trust/values/judgement.js';
import type { SignedForm } from '../../trust/values/signed.js';
import type { Attachment } from '../attached/attachment.js';
import type { Coverage } from './coverage.js';
import type { Examined, JudgedSignature } from './examiner.js';
import type { VerifiedNode } from './schema.js';

/** An attachment that was examined: a manifest, or one signature of a manifest that has several. */
export interface Judged {
  readonly attachment: Attachment;
  readonly subject: Digest;
  readonly examined: Examined;
  readonly signature?: JudgedSignature | undefined;
  readonly below: readonly Judged[];
}

/** The media type that stands for each form: what a layer calls itself is not signed. */
const TYPES: Readonly<Record<SignedForm, string>> = {
  cosign: 'application/vnd.dev.cosign.simplesigning.v1+json',
  dsse: 'application/vnd.dsse.envelope.v1+json',
  bundle: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  notation: 'application/vnd.cncf.notary.signature',
};

/** The verified signatures among attachments, each with the manifest that it signs. */
export function* verifiedIn(
  found: readonly Judged[],
): Generator<{ readonly manifest: Digest; readonly signature: Digest }> {
  for (const { attachment, subject, signature, below } of found) {
    if (signature?.judgement.verdict === 'verified')
      yield { manifest: subject, signature: attachment.descriptor.digest };
    yield* verifiedIn(below);
  }
}

/** The members of a result for attachments, once all signatures are judged. */
export function nodesOf(source: Source, found: readonly Judged[], coverage: Coverage): readonly VerifiedNode[] {
  return found.map((judged) => {
    const { attachment, subject, signature, below } = judged;
    const { descriptor, holder, via, kind, formats, predicateType, created } = attachment;
    const { mediaType, digest, size, artifactType, annotations } = descriptor;
    const verdict = verdictOf(judged, coverage);
    const isSigned = verdict.verdict === 'verified' && verdict.coveredBy === undefined;
    const told =
      isSigned && signature?.form ? signedFacts(signature.form, signature) : { kind, formats, predicateType };
    return given({
      reference: source.format({ digest: holder?.digest ?? digest }),
      mediaType,
      digest,
      size,
      artifactType: artifactType || undefined,
      annotations,
      kind: told.kind,
      formats: told.formats.length === 0 ? undefined : told.formats,
      predicateType: told.predicateType,
      // Only a manifest has a date, and nobody signed the manifest of an envelope.
      created: isSigned ? undefined : created,
      manifest: holder?.digest,
      subject,
      via,
      ...verdict,
      referrers: nodesOf(source, below, coverage),
    });
  });
}

/** Kind and formats as the signed payload tells them, never as annotations do. */
function signedFacts(form: SignedForm, { layer, judgement }: JudgedSignature) {
  const { predicateType } = judgement.claims ?? {};
  const isInToto = layer.mediaType.startsWith('application/vnd.in-toto');
  const layerTypes = [TYPES[form], ...(isInToto ? ['application/vnd.in-toto+json'] : [])];
  const { kind, formats } = kindOf({ layerTypes, predicateTypes: predicateType === undefined ? [] : [predicateType] });
  return { kind: predicateType === undefined ? ('signature' as const) : kind, formats, predicateType };
}

type VerdictFields = Pick<
  VerifiedNode,
  'verdict' | 'reason' | 'message' | 'signer' | 'trusts' | 'times' | 'coveredBy' | 'remarks'
>;

function verdictOf({ attachment, subject, examined, signature }: Judged, coverage: Coverage): VerdictFields {
  const { judgement } = signature ?? {};
  if (judgement?.verdict === 'verified') return fieldsOf(judgement);
  const manifest = (attachment.holder ?? attachment.descriptor).digest;
  const coveredBy = coverage.ofAttached(manifest, subject, examined.subject);
  // A signature of a signature does not make the first one hold.
  const canCover = judgement?.verdict !== 'wrong' && attachment.kind !== 'signature' && examined.failure === undefined;
  if (coveredBy !== undefined && canCover) return { verdict: 'verified', coveredBy };
  return fieldsOf(examined.failure ?? judgement ?? unsigned(attachment, coverage.of(manifest)));
}

function fieldsOf({ verdict, reason, message, signer, proofs, remarks }: Judgement): VerdictFields {
  return given({
    verdict,
    reason,
    message,
    signer,
    trusts: proofs.length === 0 ? undefined : [...new Set(proofs.map(({ trust }) => trust.name))],
    times: proofs[0] === undefined || proofs[0].times.length === 0 ? undefined : proofs[0].times,
    remarks: remarks?.length ? remarks : undefined,
  });
}

function unsigned({ kind, descriptor }: Attachment, coveredBy: Digest | undefined): Judgement {
  const { digest } = descriptor;
  if (coveredBy !== undefined)
    return unchecked('unsigned', `${digest} is signed, and its place below the subject is not: anyone can attach it`);
  if (kind === 'signature') return unchecked('unsupported', `${digest} is a signature of a form that is not verified`);
  return unchecked('unsigned', `no verified signature covers ${digest}`);
}
