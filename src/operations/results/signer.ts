import * as z from 'zod';

const key = z.strictObject({
  type: z.literal('key'),
  fingerprint: z.string().describe('SHA-256 of the public key, in hex'),
});
const identity = z.strictObject({ type: z.literal('identity'), identity: z.string(), issuer: z.string() });
const certificate = z.strictObject({
  type: z.literal('certificate'),
  subject: z.string().describe('Distinguished name'),
});
const hint = z.strictObject({ type: z.literal('hint'), hint: z.string().describe('A name for a key') });

/** The schema of a signer. */
export const signer = z.discriminatedUnion('type', [key, identity, certificate]);

const time = {
  time: z.string().describe('RFC 3339, UTC'),
  from: z
    .enum(['log', 'timestamp', 'signer'])
    .describe('A transparency log, a timestamp authority, or only the signer'),
};
const logIndex = z.string().exactOptional().describe('The index in the transparency log');

/** The schema of the time of a signature. */
export const signedTime = z.strictObject({ ...time, logIndex });

/** The schema of what a signature says of its maker. */
export const claimedSchema = z
  .strictObject({
    signer: z.discriminatedUnion('type', [key, identity, certificate, hint]).exactOptional(),
    times: z.array(z.strictObject(time)).readonly().exactOptional(),
    logIndex,
  })
  .describe('The maker and times that a signature claims to have, unverified');
