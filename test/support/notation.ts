import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { ASN1Obj } from '@sigstore/core';
import { z } from 'zod';
import { integer, sequence } from '../trust/notation/support/der.js';
import { stampOf, type Tsa } from '../trust/notation/support/timestamps.js';
import { ok } from './interop-places.js';
import type { Attached } from './planted.js';

/** What `notation-signer` is asked for; its `main.go` says more. */
export interface SignerRequest {
  readonly mediaType: string;
  readonly payload?: string;
  readonly isAuthority?: boolean;
  readonly key?: string;
  /** Authorities above the signer; 0 makes a certificate that signs itself. */
  readonly authorities?: number;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly signingTime?: Date;
  readonly expiry?: Date;
  readonly attributes?: readonly { readonly key: string; readonly value: unknown; readonly critical: boolean }[];
  readonly timestamp?: { readonly url: string; readonly root: string };
}

const base64 = z.string().transform((text) => Buffer.from(text, 'base64'));
const answer = z.object({
  envelope: base64.optional(),
  chain: z.array(base64).optional(),
  error: z.string().optional(),
});

/** An envelope of notation-core-go, and the certificates of its chain, DER. */
export interface SignerAnswer {
  readonly envelope: Buffer;
  readonly chain: readonly Buffer[];
}

async function ask(request: object) {
  return answer.parse(JSON.parse(await ok('notation-signer', [JSON.stringify(request)])));
}

/** Has notation-core-go sign a payload. */
export async function notationSign(request: SignerRequest): Promise<SignerAnswer> {
  const { envelope, chain, error } = await ask(request);
  if (envelope === undefined || chain === undefined) throw new Error(`notation-signer: ${error}`);
  return { envelope, chain };
}

/** The complaint of notation-core-go about an envelope; undefined where it holds. It looks at no trust, and no time. */
export async function notationComplaint(mediaType: string, envelope: Uint8Array): Promise<string | undefined> {
  const { error } = await ask({ mediaType, verify: Buffer.from(envelope).toString('base64') });
  return error;
}

const EMPTY = Buffer.from('{}');

/** An envelope as notation attaches it: the type of the config says that it is a signature. */
export function attachedEnvelope(mediaType: string, envelope: Uint8Array): Attached {
  const digest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
  const filled = { mediaType, digest, size: 0 };
  return {
    manifest: {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.notary.signature', digest, size: EMPTY.length },
      layers: [filled],
      subject: filled,
      annotations: { 'io.cncf.notary.x509chain.thumbprint#S256': '[]' },
    },
    config: EMPTY,
    layer: envelope,
  };
}

/** A timestamp authority that answers over HTTP (RFC 3161, 3.4). */
export async function serveTimestamps(tsa: Tsa): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const query = ASN1Obj.parseBuffer(await buffer(request));
    const imprint = query.subs[1]?.toDER();
    const nonce = query.subs
      .slice(2)
      .find(({ tag }) => tag.isInteger())
      ?.toDER();
    if (imprint === undefined) throw new Error('a query without an imprint');
    const token = stampOf(tsa, imprint, { nonce });
    response.setHeader('content-type', 'application/timestamp-reply');
    response.end(sequence(sequence(integer(0)), token));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
