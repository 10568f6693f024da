import { generate } from 'selfsigned';

/** A certificate with its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A private certificate authority, as companies have them. */
export interface Authority {
  /** What clients must trust. */
  readonly ca: string;
  /** A certificate for servers on `127.0.0.1`, `[::1]` and `localhost`, and for any other names. */
  server(...names: readonly string[]): Promise<Certificate>;
  /** A certificate that a client shows. */
  client(name: string): Promise<Certificate>;
  /** A certificate with the names of `server`, which only clients may show. */
  wrongPurpose(): Promise<Certificate>;
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
const DAY = 24 * 60 * 60 * 1000;

/** Makes a new authority; nothing of it is written anywhere. */
export async function makeAuthority(): Promise<Authority> {
  const validity = { notBeforeDate: new Date(Date.now() - DAY), notAfterDate: new Date(Date.now() + DAY) };
  const settings = { algorithm: 'sha256', keySize: 2048, ...validity } as const;
  const own = await generate([{ name: 'commonName', value: 'remora test authority' }], {
    ...settings,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  const sign = async (name: string, names: readonly string[], serverAuth = true): Promise<Certificate> => {
    const altNames = names.map((value) =>
      /^[\d.]+$|:/.test(value) ? ({ type: 7, ip: value } as const) : ({ type: 2, value } as const),
    );
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
      ...settings,
      ca: { key: own.private, cert: own.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'extKeyUsage', serverAuth, clientAuth: true },
        ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames } as const]),
      ],
    });
    return { cert, key };
  };
  return {
    ca: own.cert,
    server: (...names) => sign('localhost', [...LOOPBACK, ...names]),
    client: (name) => sign(name, []),
    wrongPurpose: () => sign('localhost', LOOPBACK, false),
  };
}
