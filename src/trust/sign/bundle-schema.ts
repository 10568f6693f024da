import * as z from 'zod/mini';

/** As much of a Sigstore bundle as tells which payload was signed. */
export const signedBundleSchema = z.object({
  dsseEnvelope: z.object({
    payload: z.string(),
    payloadType: z.string(),
    signatures: z.array(z.object({ sig: z.string() })),
  }),
});
