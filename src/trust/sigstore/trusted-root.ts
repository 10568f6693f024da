import { TrustedRoot as RootMessage } from '@sigstore/protobuf-specs';
import { type TrustMaterial, toTrustMaterial } from '@sigstore/verify';
import * as z from 'zod/mini';
import { RemoraError } from '../../errors.js';
import { checkShape, parseJson } from '../../oci/text/json.js';
import { quote } from '../../oci/text/quote.js';
import type { TrustedRoot } from '../values/trust.js';
import { PUBLIC_GOOD_DATE, PUBLIC_GOOD_ROOT } from './public-good-root.js';

const MEDIA_TYPES: readonly string[] = [
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot.v0.1+json',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
];

const logSchema = z.object({
  publicKey: z.object({ rawBytes: z.string(), validFor: z.object({ start: z.string() }) }),
  logId: z.object({ keyId: z.string() }),
});
const rootSchema = z.object({ mediaType: z.string() });
const logsSchema = z.object({ tlogs: z.optional(z.array(logSchema)), ctlogs: z.optional(z.array(logSchema)) });

const parsed = new WeakMap<TrustedRoot, TrustMaterial>();

/**
 * Reads a Sigstore trusted root: the certificate authorities, logs and timestamp authorities that count.
 *
 * @param source where it came from, for messages
 * @throws RemoraError `INVALID_ARGUMENT`, also where a log has no start of its validity: that would count as forever
 */
export function readTrustedRoot(bytes: Uint8Array, source: string): TrustedRoot {
  const root: TrustedRoot = { bytes, source };
  materialOf(root);
  return root;
}

/** The root of Sigstore's public instance, as it was when remora was built. */
export function shippedRoot(): TrustedRoot {
  return shipped;
}

const shipped: TrustedRoot = {
  bytes: Buffer.from(PUBLIC_GOOD_ROOT),
  source: 'shipped with remora',
  date: PUBLIC_GOOD_DATE,
};

/**
 * The root as the verifier takes it.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function materialOf(root: TrustedRoot): TrustMaterial {
  const known = parsed.get(root);
  if (known !== undefined) return known;
  const material = read(root);
  parsed.set(root, material);
  return material;
}

function read({ bytes, source }: TrustedRoot): TrustMaterial {
  const what = `trusted root ${quote(source)}`;
  const hint = 'Give the trusted_root.json of the Sigstore instance, as `cosign trusted-root create` writes it';
  try {
    const document = parseJson(bytes, what);
    const { mediaType } = checkShape(rootSchema, document, what);
    if (!MEDIA_TYPES.includes(mediaType)) {
      throw new Error(`its media type is ${quote(mediaType)}, wanted ${MEDIA_TYPES.join(' or ')}`);
    }
    checkShape(logsSchema, document, what);
    return toTrustMaterial(withLogIds(RootMessage.fromJSON(document)));
  } catch (cause) {
    // The readers of protobuf, ASN.1 and keys throw plain errors.
    const message = cause instanceof Error ? cause.message : String(cause);
    const full = message.startsWith(what) ? message : `${what} is not usable: ${message}`;
    throw new RemoraError('INVALID_ARGUMENT', full, { cause, hint });
  }
}

/** The verifier takes `checkpointKeyId` for the log's name, also where it is the beginning of the `logId` that entries have. */
function withLogIds(root: RootMessage): RootMessage {
  const tlogs = root.tlogs.map((log) => {
    const short = log.checkpointKeyId?.keyId;
    const isBeginning = short !== undefined && log.logId?.keyId.subarray(0, short.length).equals(short);
    return isBeginning ? { ...log, checkpointKeyId: undefined } : log;
  });
  return { ...root, tlogs };
}
