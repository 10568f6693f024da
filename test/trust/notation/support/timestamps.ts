import { createHash, sign } from 'node:crypto';
import { authority, type CertificateOptions, type Issued, issue, TIME_STAMPING } from './certificates.js';
import { der, generalizedTime, integer, none, octets, oid, sequence, set } from './der.js';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';

/** A timestamp authority: what signs, and what is to be trusted. */
export interface Tsa {
  readonly root: Issued;
  readonly signer: Issued;
}

/** Makes a timestamp authority. */
export function makeTsa(signer: CertificateOptions = {}, root: CertificateOptions = {}): Tsa {
  const issuer = authority({ subject: [['CN', 'authority of timestamps']], ...root });
  const subject = [['CN', 'timestamps']] as const;
  return {
    root: issuer,
    signer: issue({ subject, issuer, purposes: [TIME_STAMPING], isPurposeCritical: true, ...signer }),
  };
}

/** Options of {@link stamp}: each makes one part of the token another than it should be. */
export interface StampOptions {
  readonly time?: Date;
  /** Seconds that the time may be off. */
  readonly accuracy?: number;
  /** The bytes that the token is about. */
  readonly over?: Uint8Array;
  /** The certificate that the token names as its signer's. */
  readonly named?: Issued;
  readonly certificates?: readonly Issued[];
  /** The content whose digest is signed. */
  readonly signedContent?: Uint8Array;
  readonly contentType?: string;
  readonly hash?: string;
  /** DER of the query's nonce. */
  readonly nonce?: Buffer | undefined;
  /** Changes the signed attributes after they were signed. */
  readonly change?: (attributes: Buffer) => Buffer;
}

/** A TimeStampToken over some bytes (RFC 3161). */
export function stamp(tsa: Tsa, bytes: Uint8Array, options: StampOptions = {}): Buffer {
  const { over = bytes, hash = SHA256 } = options;
  return stampOf(tsa, sequence(sequence(oid(hash), none()), octets(sha256(over))), options);
}

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest();

/** A TimeStampToken over the imprint of bytes, DER. */
export function stampOf({ root, signer }: Tsa, imprint: Buffer, options: StampOptions = {}): Buffer {
  const { time = new Date(), accuracy, named = signer, certificates = [signer, root] } = options;
  const { contentType = TST_INFO, nonce, change = (attributes) => attributes } = options;
  const info = sequence(
    integer(1),
    oid('1.2.3.4.1'),
    imprint,
    integer(7),
    generalizedTime(time),
    ...(accuracy === undefined ? [] : [sequence(integer(accuracy))]),
    ...(nonce === undefined ? [] : [nonce]),
  );
  const attribute = (id: string, value: Buffer) => sequence(oid(id), set(value));
  const attributes = Buffer.concat([
    attribute('1.2.840.113549.1.9.3', oid(contentType)),
    attribute('1.2.840.113549.1.9.4', octets(sha256(options.signedContent ?? info))),
    attribute('1.2.840.113549.1.9.16.2.47', sequence(sequence(sequence(octets(sha256(named.raw)))))),
  ]);
  const algorithm =
    signer.privateKey.asymmetricKeyType === 'rsa'
      ? sequence(oid('1.2.840.113549.1.1.1'), none())
      : sequence(oid('1.2.840.10045.4.3.2'));
  const signerInfo = sequence(
    integer(1),
    sequence(root.name, integer(signer.serialNumber)),
    sequence(oid(SHA256), none()),
    der(0xa0, change(attributes)),
    algorithm,
    octets(sign('sha256', der(0x31, attributes), signer.privateKey)),
  );
  const signedData = sequence(
    integer(3),
    set(sequence(oid(SHA256), none())),
    sequence(oid(TST_INFO), der(0xa0, octets(info))),
    der(0xa0, ...certificates.map(({ raw }) => raw)),
    set(signerInfo),
  );
  return sequence(oid(SIGNED_DATA), der(0xa0, signedData));
}
