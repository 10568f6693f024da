import * as z from 'zod/mini';

/** A key file of cosign (go-securesystemslib, "encrypted"): scrypt makes the key of a NaCl secretbox. */
export const cosignKeySchema = z.object({
  kdf: z.object({
    name: z.literal('scrypt'),
    params: z.object({ N: z.int(), r: z.int(), p: z.int() }),
    salt: z.string(),
  }),
  cipher: z.object({ name: z.literal('nacl/secretbox'), nonce: z.string() }),
  ciphertext: z.string(),
});

export type CosignKey = z.infer<typeof cosignKeySchema>;
