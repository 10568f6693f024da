import { RemoraError } from '../../errors.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { judge } from '../../trust/judge.js';
import { type Evidence, evidenceIn } from '../verify/evidence.js';
import { targetOf } from '../verify/examiner.js';
import type { TrustOptions } from '../verify/options.js';
import { readEvidence } from '../verify/read-evidence.js';
import type { VerifiedNode } from '../verify/schema.js';

/** The layer of a manifest that is a verified signature or signed envelope: nothing else of the manifest is signed. */
export interface SignedLayer {
  readonly layer: Descriptor;
  /**
   * Reads the layer, judges the bytes that it read, and gives the payload that they sign.
   *
   * @throws RemoraError `NOT_VERIFIED`, `NO_MATCH` for a signature without a payload, and as the store
   */
  payload(options: CallOptions): Promise<Uint8Array>;
}

/**
 * Finds the layer that verifies an attachment by itself.
 *
 * @param manifest that of `node`, or the one that holds it
 * @throws RemoraError `NOT_VERIFIED`, and as the store
 */
export async function signedLayer(
  source: Source,
  node: VerifiedNode,
  manifest: Manifest,
  trust: TrustOptions,
  options: CallOptions,
): Promise<SignedLayer> {
  const all = evidenceIn(manifest).filter(({ layer }) => node.manifest === undefined || layer.digest === node.digest);
  const judged = (evidence: Evidence, call: CallOptions) => judgeEvidence(source, node, evidence, trust, call);
  const payloadOf = (evidence: Evidence): SignedLayer => ({
    layer: evidence.layer,
    payload: async (call) => {
      const { isVerified, payload } = await judged(evidence, call);
      if (!isVerified) throw unverified(node);
      if (payload !== undefined) return payload;
      const hint = 'Leave out --unwrap to fetch the signature as it is';
      throw new RemoraError('NO_MATCH', `${node.digest} is a signature without a statement`, { hint });
    },
  });
  const [first, ...others] = all;
  if (first !== undefined && others.length === 0) return payloadOf(first);
  for (const evidence of all) if ((await judged(evidence, options)).isVerified) return payloadOf(evidence);
  throw unverified(node);
}

async function judgeEvidence(
  source: Source,
  node: VerifiedNode,
  evidence: Evidence,
  { trust = [], ...options }: TrustOptions,
  call: CallOptions,
): Promise<{ readonly isVerified: boolean; readonly payload?: Uint8Array | undefined }> {
  const read = await readEvidence(source, evidence, call);
  if (read === undefined) return { isVerified: false };
  const { mediaType, annotations = {} } = evidence.layer;
  const target = targetOf(source, node.subject, call.signal);
  const { verdict, claims } = await judge({ ...read, mediaType, annotations }, target, { ...options, trust });
  return verdict === 'verified' ? { isVerified: true, payload: claims?.payload } : { isVerified: false };
}

function unverified({ digest, subject }: VerifiedNode): RemoraError {
  return new RemoraError('NOT_VERIFIED', `${digest} is not a verified signature of ${subject} any more`);
}
