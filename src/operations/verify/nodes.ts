import type { Format, Kind } from '../../formats/kinds/kind.js';
import { kindOf } from '../../formats/kinds/kind-of.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import { type Judgement, type Proof, unchecked } from '../../trust/values/judgement.js';
import type { SignedForm } from '../../trust/values/signed.js';
import type { Attachment } from '../attached/attachment.js';
import { placeNames } from '../attached/in-places.js';
import type { Cover, Coverage } from './coverage.js';
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
export function* verifiedIn(found: readonly Judged[]): Generator<readonly [manifest: Digest, cover: Cover]> {
  for (const { attachment, subject, signature, below } of found) {
    if (signature?.judgement.verdict === 'verified') {
      const { proofs } = signature.judgement;
      yield [subject, { signature: attachment.descriptor.digest, proofs, isAttestation: isAttestation(signature) }];
    }
    yield* verifiedIn(below);
  }
}

function isAttestation({ form, judgement, layer }: JudgedSignature): boolean {
  return form === undefined || signedFacts(form, judgement, layer.mediaType).kind !== 'signature';
}

/** The members of a result for attachments, once all signatures are judged. */
export function nodesOf(source: Source, found: readonly Judged[], coverage: Coverage): readonly VerifiedNode[] {
  return found.map((judged) => {
    const { attachment, subject, below } = judged;
    const { descriptor, holder, via, created, content } = attachment;
    const { mediaType, digest, size, artifactType, annotations } = descriptor;
    const { kind, formats, predicateType, verdict } = conclusionOf(judged, coverage);
    const isSigned = verdict.verdict === 'verified' && verdict.coveredBy === undefined;
    return given({
      reference: source.format({ digest: holder?.digest ?? digest }),
      mediaType,
      digest,
      size,
      artifactType: artifactType || undefined,
      annotations,
      kind,
      formats: formats.length === 0 ? undefined : formats,
      predicateType,
      // Only a manifest has a date, and nobody signed the manifest of an envelope.
      created: isSigned ? undefined : created,
      content,
      manifest: holder?.digest,
      subject,
      via,
      places: placeNames(source, attachment),
      ...verdict,
      referrers: nodesOf(source, below, coverage),
    });
  });
}

/** The verdict, as members of a result. */
export type VerdictFields = Pick<
  VerifiedNode,
  'verdict' | 'reason' | 'message' | 'ofTrust' | 'signer' | 'trusts' | 'times' | 'coveredBy' | 'remarks'
>;

/** The facts of an attachment, and the verdict on it. */
export interface Conclusion {
  readonly kind: Kind | undefined;
  readonly formats: readonly Format[];
  readonly predicateType: string | undefined;
  readonly verdict: VerdictFields;
  /** Of its own signature, and of all that cover it; empty unless it is verified. */
  readonly proofs: readonly Proof[];
}

export function conclusionOf({ attachment, subject, examined, signature }: Judged, coverage: Coverage): Conclusion {
  const { judgement } = signature ?? {};
  const claimed = claimedFacts(attachment, signature);
  const isSignature = attachment.kind === 'signature' || claimed.kind === 'signature';
  const manifest = (attachment.holder ?? attachment.descriptor).digest;
  // A signature of a signature does not make the first one hold.
  const canCover = judgement?.verdict !== 'wrong' && !isSignature && examined.failure === undefined;
  const covers = canCover ? coverage.ofAttached(manifest, subject, examined.subject) : [];
  const proofs = [...(judgement?.proofs ?? []), ...covers.flatMap((cover) => cover.proofs)];
  if (signature?.form !== undefined && judgement?.verdict === 'verified')
    return {
      ...signedFacts(signature.form, judgement, signature.layer.mediaType),
      verdict: fieldsOf(judgement),
      proofs,
    };
  const [cover] = covers;
  if (cover !== undefined) return { ...claimed, verdict: { verdict: 'verified', coveredBy: cover.signature }, proofs };
  const reason =
    examined.failure ??
    judgement ??
    unsigned(
      attachment,
      coverage.of(manifest).some((one) => !one.isAttestation),
    );
  return { ...claimed, verdict: fieldsOf(reason), proofs: [] };
}

/** Kind and formats that no trust has verified: as the payload tells them, or where it does not, as annotations do. */
function claimedFacts({ kind, formats, predicateType }: Attachment, signature: JudgedSignature | undefined) {
  const { form, judgement, layer } = signature ?? {};
  if (form !== undefined && judgement?.claims?.predicateType !== undefined)
    return signedFacts(form, judgement, layer?.mediaType);
  return { kind, formats, predicateType };
}

/** Kind and formats as the signed payload tells them, never as annotations do. */
export function signedFacts(form: SignedForm, judgement: Judgement, mediaType = TYPES[form]) {
  const { predicateType } = judgement.claims ?? {};
  const isInToto = mediaType.startsWith('application/vnd.in-toto');
  const layerTypes = [TYPES[form], ...(isInToto ? ['application/vnd.in-toto+json'] : [])];
  const { kind, formats } = kindOf({ layerTypes, predicateTypes: predicateType === undefined ? [] : [predicateType] });
  return { kind: predicateType === undefined ? ('signature' as const) : kind, formats, predicateType };
}

export function fieldsOf({ verdict, reason, message, ofTrust, signer, proofs, remarks }: Judgement): VerdictFields {
  return given({
    verdict,
    reason,
    message,
    ofTrust,
    signer,
    trusts: proofs.length === 0 ? undefined : [...new Set(proofs.map(({ trust }) => trust.name))],
    times: proofs[0]?.times.length ? proofs[0].times : undefined,
    remarks: remarks?.length ? remarks : undefined,
  });
}

function unsigned({ kind, descriptor: { digest } }: Attachment, isSigned: boolean): Judgement {
  if (isSigned)
    return unchecked('unsigned', `${digest} is signed, and its place below the subject is not: anyone can attach it`);
  if (kind === 'signature') return unchecked('unsupported', `${digest} is a signature of a form that is not verified`);
  return unchecked('unsigned', `no verified signature covers ${digest}`);
}
