import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomInt,
  sign,
} from 'node:crypto';
import { X509Certificate } from '@sigstore/core';
import { initializeCA } from '@sigstore/mock/dist/fulcio/ca.js';
import type { CTLog } from '@sigstore/mock/dist/fulcio/ctlog.js';
import { initializeTLog } from '@sigstore/mock/dist/rekor/tlog.js';
import { initializeTSA } from '@sigstore/mock/dist/timestamp/tsa.js';
import { preAuthEncoding } from '../../../src/trust/dsse/envelope.js';
import { IN_TOTO } from '../../../src/trust/dsse/statement.js';
import { readTrustedRoot } from '../../../src/trust/sigstore/trusted-root.js';
import type { TrustedRoot } from '../../../src/trust/values/trust.js';

export const V03 = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const IDENTITY = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main';
export const ISSUER = 'https://token.actions.githubusercontent.com';

/** A document that a test forges before it is judged. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into documents and break them
export type Json = any;

/** Options of one signature. */
export interface SignOptions {
  readonly identity?: string;
  readonly issuer?: string;
  /** Extensions of the certificate beside the issuer. */
  readonly extensions?: readonly { readonly oid: string; readonly value: string; readonly legacy?: boolean }[];
  /** Sign with this key, without a certificate. */
  readonly key?: KeyPairKeyObjectResult;
  /** The signature's own key. @default a new one */
  readonly signer?: KeyPairKeyObjectResult;
  /** `v1` has a promise with a time, `v2` only a proof of inclusion. @default 'v1' */
  readonly log?: 'v1' | 'v2' | 'none';
  /** @default false */
  readonly timestamp?: boolean;
}

/** A Sigstore instance of one's own: Fulcio, its log of certificates, Rekor and a timestamp authority, without a network. */
export interface Sigstore {
  /** Its trusted root, as a document. */
  rootDocument(): Json;
  /** Its trusted root, after a test changed it. */
  root(change?: (document: Json) => void): TrustedRoot;
  /** A bundle with a signature of bytes. */
  signBytes(content: Uint8Array, options?: SignOptions): Promise<Json>;
  /** A bundle with an envelope: the payload is a statement, unless `payloadType` says otherwise. */
  signStatement(payload: Uint8Array, options?: SignOptions & { readonly payloadType?: string }): Promise<Json>;
  /** An entry of the log over any body. */
  logEntry(body: object, kind: string, version: string, log?: 'v1' | 'v2'): Promise<Json>;
  /** An RFC 3161 answer over a signature, base64. */
  timestamp(signature: Uint8Array): Promise<string>;
}

/** The clocks of the instance's parts; each runs by the machine's otherwise. */
export interface Clocks {
  readonly fulcio?: Date;
  readonly rekor?: Date;
  readonly timestamps?: Date;
  /** Certificates go into a log. @default true */
  readonly hasCertificateLog?: boolean;
}

const START = '2020-01-01T00:00:00Z';

function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

export function ecPair(): KeyPairKeyObjectResult {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
export const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
export const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

function certificatePem(der: Uint8Array): string {
  return `-----BEGIN CERTIFICATE-----\n${base64(der).replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

export async function makeSigstore(clocks: Clocks = {}): Promise<Sigstore> {
  const { fulcio, rekor, timestamps, hasCertificateLog = true } = clocks;
  const ctlog = certificateLog(ecPair(), fulcio);
  const ca = await initializeCA(ecPair(), hasCertificateLog ? ctlog : undefined, fulcio);
  const tlog = await initializeTLog('https://rekor.example', ecPair(), rekor);
  const tsa = await initializeTSA(ecPair());
  // Parts of a second, as the package writes them, cannot always be read.
  Object.assign(tsa, { getCurrentTime: () => wholeSecond(timestamps ?? new Date()) });
  const log = (baseUrl: string, publicKey: Buffer) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(publicKey), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: { start: START } },
    logId: { keyId: base64(sha256(publicKey)) },
  });
  const authority = (...chain: readonly Buffer[]) => ({
    subject: { organization: 'example', commonName: 'example' },
    uri: 'https://example',
    certChain: { certificates: chain.map((der) => ({ rawBytes: base64(der) })) },
    validFor: { start: START },
  });
  const rootDocument = (): Json => ({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log('https://rekor.example', tlog.publicKey)],
    certificateAuthorities: [authority(ca.rootCertificate)],
    ctlogs: [log('https://ctfe.example', ctlog.publicKey)],
    timestampAuthorities: [authority(tsa.intCertificate, tsa.rootCertificate)],
  });

  async function logEntry(body: object, kind: string, version: string, form: 'v1' | 'v2' = 'v1'): Promise<Json> {
    const [answer]: Json[] = Object.values(await tlog.log({ apiVersion: version, kind, ...body }));
    const { inclusionProof, signedEntryTimestamp } = answer.verification;
    return {
      logIndex: String(answer.logIndex),
      logId: { keyId: Buffer.from(answer.logID, 'hex').toString('base64') },
      kindVersion: { kind, version },
      ...(form === 'v1' && {
        integratedTime: String(answer.integratedTime),
        inclusionPromise: { signedEntryTimestamp },
      }),
      inclusionProof: {
        logIndex: String(inclusionProof.logIndex),
        rootHash: Buffer.from(inclusionProof.rootHash, 'hex').toString('base64'),
        treeSize: String(inclusionProof.treeSize),
        hashes: inclusionProof.hashes,
        checkpoint: { envelope: inclusionProof.checkpoint },
      },
      canonicalizedBody: answer.body,
    };
  }

  async function timestamp(signature: Uint8Array): Promise<string> {
    const answer = await tsa.timestamp({
      artifactHash: sha256(signature),
      hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
      nonce: randomInt(1_000_000),
      policyOID: '1.3.6.1.4.1.57264.2',
    });
    return base64(answer);
  }

  /** The material of a signature over `covered`; a log names it by the digest of those bytes. */
  async function material(covered: Uint8Array, options: SignOptions, bodyOf: BodyOf) {
    const { identity = IDENTITY, issuer = ISSUER, extensions = [], key } = options;
    const signer = key ?? options.signer ?? ecPair();
    const signature = sign('sha256', covered, signer.privateKey);
    const oid = '1.3.6.1.4.1.57264.1.8';
    const certificate =
      key === undefined
        ? await ca.issueCertificate({
            publicKey: spki(signer.publicKey),
            subjectAltName: identity,
            extensions: [{ oid, value: issuer }, ...extensions],
          })
        : undefined;
    const named = certificate ?? spki(signer.publicKey);
    const { log: form = 'v1', timestamp: isStamped = false } = options;
    const entries = form === 'none' ? [] : [await bodyOf(form, signature, named, certificate !== undefined)];
    return {
      signature,
      verificationMaterial: {
        ...(certificate === undefined
          ? { publicKey: { hint: base64(sha256(spki(signer.publicKey))) } }
          : { certificate: { rawBytes: base64(certificate) } }),
        tlogEntries: entries,
        timestampVerificationData: {
          rfc3161Timestamps: isStamped ? [{ signedTimestamp: await timestamp(signature) }] : [],
        },
      },
    };
  }

  const hashedEntry =
    (covered: Uint8Array): BodyOf =>
    (form, signature, named, isCertificate) =>
      form === 'v2'
        ? logEntry(hashedRecordV2(covered, signature, named, isCertificate), 'hashedrekord', '0.0.2', 'v2')
        : logEntry(hashedRecord(covered, signature, named, isCertificate), 'hashedrekord', '0.0.1');

  return {
    rootDocument,
    root(change) {
      const document = rootDocument();
      change?.(document);
      return readTrustedRoot(Buffer.from(JSON.stringify(document)), 'the root of the test');
    },
    logEntry,
    timestamp,
    async signBytes(content, options = {}) {
      const { signature, verificationMaterial } = await material(content, options, hashedEntry(content));
      return {
        mediaType: V03,
        verificationMaterial,
        messageSignature: {
          messageDigest: { algorithm: 'SHA2_256', digest: base64(sha256(content)) },
          signature: base64(signature),
        },
      };
    },
    async signStatement(payload, { payloadType = IN_TOTO, ...options } = {}) {
      const covered = preAuthEncoding({ payloadType, payload });
      const dsseEntry: BodyOf = (form, signature, named, isCertificate) =>
        form === 'v2'
          ? hashedEntry(covered)(form, signature, named, isCertificate)
          : logEntry(envelopeRecord(payload, signature, named, isCertificate), 'dsse', '0.0.1');
      const { signature, verificationMaterial } = await material(covered, options, dsseEntry);
      return {
        mediaType: V03,
        verificationMaterial,
        dsseEnvelope: { payload: base64(payload), payloadType, signatures: [{ sig: base64(signature), keyid: '' }] },
      };
    },
  };
}

/**
 * A log of certificates (RFC 6962, section 3.2). The package's own writes certificates without the log's signature: pkijs
 * takes it as bytes since 3.4.
 */
function certificateLog({ publicKey, privateKey }: KeyPairKeyObjectResult, clock?: Date): CTLog {
  const logID = sha256(spki(publicKey));
  return {
    publicKey: spki(publicKey),
    logID,
    log: async (certificate, issuerID) => {
      const head = Buffer.alloc(8);
      head.writeBigUInt64BE(BigInt((clock ?? new Date()).getTime()));
      const tbs = X509Certificate.parse(Buffer.from(certificate)).tbsCertificate.toDER();
      const size = Buffer.alloc(4);
      size.writeUInt32BE(tbs.length);
      const parts = [
        Buffer.of(0, 0),
        head,
        Buffer.of(0, 1),
        Buffer.from(issuerID),
        size.subarray(1),
        tbs,
        Buffer.of(0, 0),
      ];
      const signature = sign('sha256', Buffer.concat(parts), privateKey);
      const stamp = Buffer.concat([Buffer.of(0), logID, head, Buffer.of(0, 0, 4, 3, 0, signature.length), signature]);
      return new Uint8Array([0, stamp.length, ...stamp]).buffer;
    },
  };
}

type BodyOf = (form: 'v1' | 'v2', signature: Buffer, named: Buffer, isCertificate: boolean) => Promise<Json>;

function namedPem(named: Buffer, isCertificate: boolean): string {
  const text = isCertificate ? certificatePem(named) : certificatePem(named).replaceAll('CERTIFICATE', 'PUBLIC KEY');
  return base64(Buffer.from(text));
}

export function hashedRecord(covered: Uint8Array, signature: Buffer, named: Buffer, isCertificate: boolean): object {
  return {
    spec: {
      data: { hash: { algorithm: 'sha256', value: sha256(covered).toString('hex') } },
      signature: { content: base64(signature), publicKey: { content: namedPem(named, isCertificate) } },
    },
  };
}

function hashedRecordV2(covered: Uint8Array, signature: Buffer, named: Buffer, isCertificate: boolean): object {
  const rawBytes = base64(named);
  return {
    spec: {
      hashedRekordV002: {
        data: { algorithm: 'SHA2_256', digest: base64(sha256(covered)) },
        signature: {
          content: base64(signature),
          verifier: {
            keyDetails: 'PKIX_ECDSA_P256_SHA_256',
            ...(isCertificate ? { x509Certificate: { rawBytes } } : { publicKey: { rawBytes } }),
          },
        },
      },
    },
  };
}

function envelopeRecord(payload: Uint8Array, signature: Buffer, named: Buffer, isCertificate: boolean): object {
  return {
    spec: {
      envelopeHash: { algorithm: 'sha256', value: '' },
      payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
      signatures: [{ signature: base64(signature), verifier: namedPem(named, isCertificate) }],
    },
  };
}
