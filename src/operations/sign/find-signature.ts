import { orUndefined } from '../../io/async/or-undefined.js';
import { mapSome } from '../../io/async/run-all.js';
import { layersOf } from '../../oci/documents/manifest.js';
import { SigstoreAnnotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { CallOptions, Referrer, Source } from '../../store/interfaces/store.js';
import { BUNDLE_TYPE, isSignedAlready } from '../../trust/sign/bundle.js';
import type { SigningKey } from '../../trust/sign/signing-key.js';
import type { Statement } from '../../trust/sign/statement.js';
import { layerBytes } from '../pull/layer-bytes.js';

/** A bundle of cosign's has a log entry and a timestamp beside the envelope: about 10 kB. */
const MAX_BESIDE = 64 * 1024;
/** Anyone may attach thousands that promise to be one. */
const MAX_CANDIDATES = 1000;
const CONCURRENCY = 16;
/** Of bundles that are larger, two are held in memory. */
const LARGE = 1024 * 1024;

/**
 * Finds a signature by this key over the same statement among the referrers of a subject.
 *
 * @throws RemoraError as the store: where the referrers cannot be asked for, nobody knows whether it is there
 */
export async function findSignature(
  store: Source,
  subject: Descriptor,
  statement: Statement,
  key: SigningKey,
  { signal }: CallOptions = {},
): Promise<Referrer | undefined> {
  const candidates: Referrer[] = [];
  for await (const referrer of store.referrers(subject, { artifactType: BUNDLE_TYPE, signal })) {
    const promised = referrer.descriptor.annotations?.[SigstoreAnnotation.bundlePredicateType];
    if (promised === undefined || promised === statement.predicateType) candidates.push(referrer);
  }
  const minBytes = Math.ceil(statement.payload.length / 3) * 4;
  const maxBytes = minBytes + MAX_BESIDE;
  let found: Referrer | undefined;
  await mapSome(candidates.slice(0, MAX_CANDIDATES), maxBytes > LARGE ? 2 : CONCURRENCY, async (referrer) => {
    if (found !== undefined) return;
    // Anyone may attach what is damaged or gone: it is not the signature that is looked for.
    const bundle = await orUndefined(
      bundleOf(store, referrer.descriptor, { signal, minBytes, maxBytes }),
      'NOT_FOUND',
      'MALFORMED',
      'UNSUPPORTED',
      'SIZE_MISMATCH',
      'DIGEST_MISMATCH',
    );
    if (bundle !== undefined && isSignedAlready(bundle, key, statement)) found ??= referrer;
  });
  return found;
}

async function bundleOf(
  store: Source,
  { digest }: Descriptor,
  options: CallOptions & { readonly minBytes: number; readonly maxBytes: number },
): Promise<Uint8Array | undefined> {
  const [layer, ...others] = layersOf(await store.manifest({ digest }, options));
  if (layer?.mediaType !== BUNDLE_TYPE || others.length > 0 || layer.size < options.minBytes) return undefined;
  return layerBytes(store, layer, options);
}
