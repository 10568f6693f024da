import { generateKeyPairSync, type KeyObject, randomInt, sign } from 'node:crypto';
import { bits, boolean, der, generalizedTime, integer, none, octets, oid, sequence, set, utf8 } from './der.js';

/** A certificate with its key. */
export interface Issued {
  /** DER. */
  readonly raw: Buffer;
  readonly name: Buffer;
  readonly serialNumber: number;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Options of {@link issue}. */
export interface CertificateOptions {
  /** The attributes of the subject. @default C=US, ST=WA, O=acme, CN=signer */
  readonly subject?: readonly (readonly [type: keyof typeof TYPES, value: string])[];
  readonly key?: KeyName;
  /** The certificate whose key signs. @default its own */
  readonly issuer?: Issued;
  readonly from?: Date;
  readonly to?: Date;
  /** Absent: no extension. */
  readonly ca?: boolean | undefined;
  readonly pathLength?: number;
  /** Bits in their order, like `80` for digitalSignature and `04` for keyCertSign; empty: no extension. */
  readonly usage?: string;
  readonly isUsageCritical?: boolean;
  readonly purposes?: readonly string[];
  readonly isPurposeCritical?: boolean;
  readonly hash?: 'sha1' | 'sha256';
  /** Extensions beside these. */
  readonly others?: readonly Buffer[];
}

const TYPES = { CN: '2.5.4.3', C: '2.5.4.6', L: '2.5.4.7', ST: '2.5.4.8', O: '2.5.4.10', OU: '2.5.4.11' };

export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

const KEYS = {
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  secp256k1: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  'RSA-1024': () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
  'RSA-2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'RSA-3072': () => generateKeyPairSync('rsa', { modulusLength: 3072 }),
  Ed25519: () => generateKeyPairSync('ed25519'),
};
export type KeyName = keyof typeof KEYS;

const DAY = 24 * 60 * 60 * 1000;

/** Issues a certificate; without options one that signs itself and may sign code. */
export function issue(options: CertificateOptions = {}): Issued {
  const { subject = SIGNER, key = 'P-256', ca, pathLength, hash = 'sha256', others = [] } = options;
  const { from = new Date(Date.now() - DAY), to = new Date(Date.now() + DAY) } = options;
  const {
    usage = ca === true ? '04' : '80',
    isUsageCritical = true,
    purposes = [],
    isPurposeCritical = false,
  } = options;
  const { privateKey, publicKey } = KEYS[key]();
  const name = nameOf(subject);
  const serialNumber = randomInt(1, 127);
  const signer = options.issuer ?? { name, privateKey };
  const algorithm = signatureAlgorithm(signer.privateKey, hash);
  const caBits = [...(ca === true ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])];
  const extensions = [
    ...(ca === undefined ? [] : [extension('2.5.29.19', true, sequence(...caBits))]),
    ...(usage === '' ? [] : [extension('2.5.29.15', isUsageCritical, bits(Buffer.from(usage, 'hex')))]),
    ...(purposes.length === 0 ? [] : [extension('2.5.29.37', isPurposeCritical, sequence(...purposes.map(oid)))]),
    ...others,
  ];
  const body = sequence(
    der(0xa0, integer(2)),
    integer(serialNumber),
    algorithm,
    signer.name,
    sequence(generalizedTime(from), generalizedTime(to)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  const isHashed = signer.privateKey.asymmetricKeyType !== 'ed25519';
  const signature = sign(isHashed ? hash : null, body, signer.privateKey);
  return { raw: sequence(body, algorithm, bits(signature)), name, serialNumber, privateKey, publicKey };
}

const SIGNER = [
  ['C', 'US'],
  ['ST', 'WA'],
  ['O', 'acme'],
  ['CN', 'signer'],
] as const;

/** An authority that signs itself. */
export function authority(options: CertificateOptions = {}): Issued {
  return issue({ subject: [['CN', 'authority']], ca: true, ...options });
}

export function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octets(value));
}

function nameOf(subject: Exclude<CertificateOptions['subject'], undefined>): Buffer {
  return sequence(...subject.map(([type, value]) => set(sequence(oid(TYPES[type]), utf8(value)))));
}

function signatureAlgorithm(key: KeyObject, hash: 'sha1' | 'sha256'): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return sequence(oid('1.3.101.112'));
  if (key.asymmetricKeyType === 'ec') {
    return sequence(oid(hash === 'sha1' ? '1.2.840.10045.4.1' : '1.2.840.10045.4.3.2'));
  }
  return sequence(oid(hash === 'sha1' ? '1.2.840.113549.1.1.5' : '1.2.840.113549.1.1.11'), none());
}
