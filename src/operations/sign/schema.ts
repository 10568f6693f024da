import * as z from 'zod';
import { annotations, document, manifestFields, via, written } from '../results/schema.js';

const subject = z.strictObject({
  ...manifestFields,
  platform: z.string().exactOptional().describe('os/architecture[/variant], for a manifest below an index'),
});

const key = z.string().describe('SHA-256 of the public key, in hex');
const predicateType = z.string().describe('Of the statement that is signed');

const signature = z.strictObject({
  ...manifestFields,
  annotations: annotations.exactOptional(),
  result: written.describe('exists: the key had signed the same statement already'),
  listedBy: via.exactOptional().describe('Where the signature is listed'),
  predicateType,
  key,
  subject: subject.describe('The manifest that is signed'),
});

const planned = z.strictObject({
  result: written.describe('exists: the key has signed the same statement already'),
  predicateType,
  key,
  subject: subject.describe('The manifest that would be signed'),
  statement: document.describe('The statement that would be signed'),
});

/** A signature in the results of sign, attest and attach: a Sigstore bundle in a manifest of its own. */
export const signatureSchema = signature;

export const signSchema = signature.extend({
  platforms: z.array(signature).readonly().exactOptional().describe('With recursive: one for each manifest below'),
});

export const signDryRunSchema = planned.extend({
  dryRun: z.literal(true).describe('A dry run: nothing is signed or written'),
  platforms: z.array(planned).readonly().exactOptional().describe('With recursive: one for each manifest below'),
});

/** A signature that was attached, or was there already. */
export type Signature = Readonly<z.infer<typeof signature>>;

/** The outcome of sign and attest: the signature of the subject, and with `recursive` those of all manifests below. */
export type SignResult = Readonly<z.infer<typeof signSchema>>;

/** A statement that would be signed. */
export type PlannedSignature = Readonly<z.infer<typeof planned>>;

/** The outcome of a dry run of sign or attest. */
export type SignDryRunResult = Readonly<z.infer<typeof signDryRunSchema>>;
