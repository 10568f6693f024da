import * as z from 'zod';
import { KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../results/digest-schema.js';
import { signedTime, signer } from '../results/signer.js';

/** The schema of a proof: the verified signature that covers content. */
export const proofSchema = z
  .strictObject({
    signature: digestSchema.describe('The verified signature, or the signed envelope itself'),
    signer: signer.exactOptional(),
    trusts: z.array(z.string()).readonly().exactOptional().describe('The names of all given trusts that made it'),
    times: z.array(signedTime).readonly().exactOptional().describe('When it was signed, as proven; the earliest first'),
  })
  .describe('With verify: the signature that verifies it');

/** The schema of an attachment that is not verified. */
export const unverifiedSchema = z.strictObject({
  reference: z.string().describe('The full reference, with the digest'),
  digest: digestSchema,
  kind: z.enum(KINDS).exactOptional().describe('As it claims itself'),
  verdict: z.enum(['wrong', 'unchecked']),
  message: z.string().describe('Why it is not verified'),
  isCopied: z
    .literal(true)
    .exactOptional()
    .describe('It stands in one manifest with a verified signature, and came along'),
});

/** The verified signature that covers content. */
export type UseProof = Readonly<z.infer<typeof proofSchema>>;

/** An attachment that is not verified: it was left out, unless `isCopied`. */
export type UnverifiedAttachment = Readonly<z.infer<typeof unverifiedSchema>>;
