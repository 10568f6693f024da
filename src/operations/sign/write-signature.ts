import { Readable } from 'node:stream';
import { buildManifest } from '../../oci/documents/build-manifest.js';
import { referrerEntry } from '../../oci/documents/manifest.js';
import { Annotation, SigstoreAnnotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { digestOf } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { PutManifestOptions, Source, Store } from '../../store/interfaces/store.js';
import { BUNDLE_TYPE, signBundle } from '../../trust/sign/bundle.js';
import type { SigningKey } from '../../trust/sign/signing-key.js';
import type { Statement } from '../../trust/sign/statement.js';
import { writeContents } from '../pack/pack.js';
import { resultFields, writtenOrExists } from '../results/manifest-fields.js';
import { findSignature } from './find-signature.js';
import type { PlannedSignature, Signature } from './schema.js';

/** A manifest to sign, with its platform where it stands below an index. */
export interface SignedSubject {
  /** The full reference. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  readonly platform?: string | undefined;
}

/** How a signature is attached. */
export interface WriteSignatureOptions
  extends Pick<PutManifestOptions, 'signal' | 'settle' | 'clean' | 'layoutLists' | 'onUncleaned'> {
  readonly key: SigningKey;
  /** RFC 3339: the annotation `org.opencontainers.image.created`. */
  readonly created: string;
}

/** Attaches a signature of the statement to its subject, unless this key's signature of it is there already. */
export async function writeSignature(
  store: Store,
  subject: SignedSubject,
  statement: Statement,
  { key, created, ...how }: WriteSignatureOptions,
): Promise<Signature> {
  const about = aboutSignature(subject, statement, key);
  const found = await findSignature(store, subject.descriptor, statement, key, how);
  if (found !== undefined) {
    const { descriptor, via } = found;
    const { annotations } = descriptor;
    return {
      ...resultFields(store, descriptor),
      ...given({ annotations }),
      result: 'exists',
      ...given({ listedBy: via[0] }),
      ...about,
    };
  }
  const bytes = signBundle(key, statement);
  const layer = { mediaType: BUNDLE_TYPE, digest: digestOf(bytes), size: bytes.length };
  const annotations = {
    [SigstoreAnnotation.bundleContent]: 'dsse-envelope',
    [SigstoreAnnotation.bundlePredicateType]: statement.predicateType,
    [Annotation.created]: created,
  };
  const manifest = buildManifest({
    artifactType: BUNDLE_TYPE,
    layers: [layer],
    subject: subject.descriptor,
    annotations,
  });
  const content = {
    descriptor: layer,
    open: async () => Readable.from([bytes], { objectMode: false }),
    discard: async () => {},
  };
  await Promise.all([
    writeContents(store, { layers: [content], config: undefined }, how),
    store.prepareManifest(manifest, how),
  ]);
  const { result, listedBy } = await store.putManifest(manifest, how);
  return {
    ...resultFields(store, referrerEntry(manifest)),
    annotations,
    result: writtenOrExists(result),
    ...given({ listedBy }),
    ...about,
  };
}

/**
 * Tells what {@link writeSignature} would sign.
 *
 * @param store where an earlier signature may be; undefined where nothing is yet
 */
export async function planSignature(
  store: Source | undefined,
  subject: SignedSubject,
  statement: Statement,
  { key, signal }: WriteSignatureOptions,
): Promise<PlannedSignature> {
  const found = store && (await findSignature(store, subject.descriptor, statement, key, { signal }));
  return {
    result: found === undefined ? 'written' : 'exists',
    ...aboutSignature(subject, statement, key),
    statement: JSON.parse(Buffer.from(statement.payload).toString()),
  };
}

function aboutSignature(
  { reference, descriptor: { mediaType, digest, size }, platform }: SignedSubject,
  { predicateType }: Statement,
  { fingerprint }: SigningKey,
) {
  const subject = { reference, mediaType, digest, size, ...given({ platform }) };
  return { predicateType, key: fingerprint, subject };
}
