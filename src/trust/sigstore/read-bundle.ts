import * as z from 'zod/mini';
import { RemoraError } from '../../errors.js';
import { checkShape } from '../../oci/text/json.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { type Envelope, envelopeOf } from '../dsse/envelope.js';
import { parseSignedJson } from '../dsse/signed-json.js';
import { type LogEntry, logEntryOf } from './log-entry.js';
import { bytesOf, only } from './proto-json.js';

/** A Sigstore bundle (protobuf-specs, sigstore_bundle.proto) in its JSON form, not verified yet. */
export interface Bundle {
  readonly content: MessageSignature | Envelope;
  /** The leaf, DER. Absent for signatures by a key. */
  readonly certificate?: Buffer<ArrayBuffer>;
  /** The name that the signer gave to the key. */
  readonly hint?: string;
  readonly entries: readonly LogEntry[];
  /** Answers of RFC 3161 authorities, DER. */
  readonly timestamps: readonly Buffer<ArrayBuffer>[];
}

/** A signature of bytes. */
export interface MessageSignature {
  readonly signature: Buffer<ArrayBuffer>;
  /** Of the bytes, as the signer says: `sha256:…`. */
  readonly digest: string;
}

/** Media types to versions. Readers must take both spellings of v0.3. */
const VERSIONS: ReadonlyMap<string, '0.1' | '0.2' | '0.3'> = new Map([
  ['application/vnd.dev.sigstore.bundle+json;version=0.1', '0.1'],
  ['application/vnd.dev.sigstore.bundle+json;version=0.2', '0.2'],
  ['application/vnd.dev.sigstore.bundle+json;version=0.3', '0.3'],
  ['application/vnd.dev.sigstore.bundle.v0.3+json', '0.3'],
]);

const ALGORITHMS: ReadonlyMap<string | number, string> = new Map<string | number, string>([
  ['SHA2_256', 'sha256'],
  [1, 'sha256'],
  ['SHA2_384', 'sha384'],
  [2, 'sha384'],
  ['SHA2_512', 'sha512'],
  [3, 'sha512'],
]);

/** A signer makes one entry, one timestamp and a chain of three. */
const MAX_PARTS = 10;

const MAX_BYTES = 64 * 1024 * 1024;

const certificateSchema = z.object({ rawBytes: z.string() });
const listSchema = z.nullish(z.array(z.unknown()));
const materialSchema = z.object({
  publicKey: z.nullish(z.object({ hint: z.nullish(z.string()) })),
  x509CertificateChain: z.nullish(z.object({ certificates: listSchema })),
  certificate: z.nullish(z.unknown()),
  tlogEntries: listSchema,
  timestampVerificationData: z.nullish(z.object({ rfc3161Timestamps: listSchema })),
});
const messageSchema = z.object({
  messageDigest: z.nullish(
    z.object({ algorithm: z.nullish(z.union([z.string(), z.number()])), digest: z.nullish(z.string()) }),
  ),
  signature: z.string(),
});
const bundleSchema = z.object({
  mediaType: z.string(),
  verificationMaterial: z.nullish(z.unknown()),
  messageSignature: z.nullish(z.unknown()),
  dsseEnvelope: z.nullish(z.unknown()),
});

/**
 * Reads a bundle of the versions 0.1 to 0.3.
 *
 * @throws RemoraError `MALFORMED`; `UNSUPPORTED` for other versions and algorithms, and above 64 MiB
 */
export function readBundle(bytes: Uint8Array): Bundle {
  if (bytes.length > MAX_BYTES) {
    throw new RemoraError('UNSUPPORTED', `bundle has ${bytes.length} bytes, wanted at most ${MAX_BYTES}`);
  }
  const document = checkShape(bundleSchema, parseSignedJson(bytes, 'bundle'), 'bundle');
  const version = VERSIONS.get(document.mediaType);
  if (version === undefined) {
    throw new RemoraError(
      'UNSUPPORTED',
      `bundle has the media type ${quote(document.mediaType)}, wanted a version from 0.1 to 0.3`,
    );
  }
  const material = checkShape(materialSchema, document.verificationMaterial, "bundle's verificationMaterial");
  const timestamps = material.timestampVerificationData?.rfc3161Timestamps;
  return {
    content: contentOf(document),
    ...signerOf(material, version),
    entries: some(material.tlogEntries, 'tlogEntries').map((entry) => logEntryOf(entry, version === '0.1')),
    timestamps: some(timestamps, 'rfc3161Timestamps').map(timestampOf),
  };
}

function contentOf({ messageSignature, dsseEnvelope }: z.infer<typeof bundleSchema>): MessageSignature | Envelope {
  const name = only({ messageSignature, dsseEnvelope }, 'bundle');
  return name === 'messageSignature' ? messageOf(messageSignature) : singleSigned(envelopeOf(dsseEnvelope));
}

function messageOf(value: unknown): MessageSignature {
  const { messageDigest, signature } = checkShape(messageSchema, value, "bundle's messageSignature");
  if (!messageDigest?.algorithm || !messageDigest.digest) {
    const who = 'cosign 3 writes such for keys of Ed25519, and does not verify them';
    throw new RemoraError('UNSUPPORTED', `bundle names no digest of the bytes: ${who}`);
  }
  const algorithm = ALGORITHMS.get(messageDigest.algorithm);
  if (algorithm === undefined) {
    const found = quote(String(messageDigest.algorithm));
    throw new RemoraError('UNSUPPORTED', `bundle has a digest by ${found}, wanted SHA2_256, SHA2_384 or SHA2_512`);
  }
  const digest = bytesOf(messageDigest.digest, "bundle's messageDigest").toString('hex');
  return { signature: bytesOf(signature, "bundle's signature"), digest: `${algorithm}:${digest}` };
}

/** The material of a bundle is of one signature: others would be counted and not verified. */
function singleSigned(envelope: Envelope): Envelope {
  const { length } = envelope.signatures;
  if (length === 1) return envelope;
  throw new RemoraError('MALFORMED', `bundle's DSSE envelope has ${length} signatures, wanted exactly one`);
}

function signerOf(
  { publicKey, x509CertificateChain, certificate }: z.infer<typeof materialSchema>,
  version: string,
): Pick<Bundle, 'certificate' | 'hint'> {
  const name = only({ publicKey, x509CertificateChain, certificate }, "bundle's verificationMaterial");
  if (name === 'publicKey') return given({ hint: publicKey?.hint ?? undefined });
  if (name === 'certificate') return { certificate: certificateOf(certificate) };
  if (version === '0.3')
    throw new RemoraError('MALFORMED', 'bundle of version 0.3 has a chain, wanted one certificate');
  const [leaf] = some(x509CertificateChain?.certificates, 'certificates').map(certificateOf);
  if (leaf === undefined) throw new RemoraError('MALFORMED', 'bundle has an empty certificate chain');
  return { certificate: leaf };
}

function certificateOf(value: unknown): Buffer<ArrayBuffer> {
  const what = "bundle's certificate";
  return bytesOf(checkShape(certificateSchema, value, what).rawBytes, what);
}

const timestampSchema = z.object({ signedTimestamp: z.string() });

function timestampOf(value: unknown): Buffer<ArrayBuffer> {
  const what = "bundle's timestamp";
  return bytesOf(checkShape(timestampSchema, value, what).signedTimestamp, what);
}

function some(values: readonly unknown[] | null | undefined, name: string): readonly unknown[] {
  const list = values ?? [];
  if (list.length <= MAX_PARTS) return list;
  throw new RemoraError('UNSUPPORTED', `bundle has ${list.length} ${name}, wanted at most ${MAX_PARTS}`);
}
