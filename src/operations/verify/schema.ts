import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { REASONS, VERDICTS } from '../../trust/values/judgement.js';
import { attachmentFields } from '../discover/schema.js';
import { digestSchema } from '../results/digest-schema.js';
import { askedSchema, incompleteSchema } from '../results/incomplete.js';
import { manifestFields } from '../results/schema.js';
import { signedTime, signer } from '../results/signer.js';

/** The verdict, in a result, of each signature and of each attachment. */
export const verdictFields = {
  verdict: z
    .enum(VERDICTS)
    .describe(
      'verified: a given trust made it and it holds; wrong: it does not hold; unchecked: no given trust made it',
    ),
  reason: z.enum(REASONS).exactOptional().describe('Why it is not verified'),
  message: z.string().exactOptional().describe('The reason as a sentence'),
  ofTrust: z
    .literal(true)
    .exactOptional()
    .describe('It is wrong, and a given trust made it, or it names one as its maker'),
  signer: signer.exactOptional().describe('The maker; a claim only, unless the verdict is verified'),
  trusts: z.array(z.string()).readonly().exactOptional().describe('The names of all given trusts that made it'),
  times: z.array(signedTime).readonly().exactOptional().describe('When it was signed, as proven; the earliest first'),
  coveredBy: digestSchema.exactOptional().describe('The verified signature that covers it, where it is not one itself'),
  remarks: z.array(z.string()).readonly().exactOptional(),
};

const attachment = z.strictObject({
  ...attachmentFields,
  kind: attachmentFields.kind.describe('Of a verified envelope: as its payload says'),
  predicateType: attachmentFields.predicateType.describe('Of a verified envelope: as its payload says'),
  ...verdictFields,
});

/** An attachment with its verdict, and its own attachments in `referrers`. */
export interface VerifiedNode extends Readonly<z.infer<typeof attachment>> {
  readonly referrers: readonly VerifiedNode[];
}

const node: z.ZodType<VerifiedNode> = attachment.extend({
  get referrers() {
    return z.array(node).readonly();
  },
});

const platform = z.strictObject({
  ...manifestFields,
  platform: z.string().exactOptional().describe('os/architecture[/variant], where an index names one'),
  isPlatform: z
    .literal(false)
    .exactOptional()
    .describe('An index within the index, or an entry that is not a platform'),
  within: z.array(digestSchema).readonly().exactOptional().describe('The inner indexes that name it'),
  coveredBy: digestSchema
    .exactOptional()
    .describe('A verified signature of the manifest itself or of an index above it'),
  referrers: z.array(node).readonly(),
});

const missing = z.strictObject({
  kind: z.enum(KINDS).exactOptional().describe('Absent: any signature or attestation'),
  format: z.enum(FORMATS).exactOptional(),
  digest: digestSchema.describe('The manifest that lacks it'),
  platform: z.string().exactOptional(),
  onIndex: z.literal(true).exactOptional().describe('The index has it; the platform itself lacks it'),
  isThere: z.boolean().describe('It was found, and is not verified; false where the result is incomplete: not known'),
});

const onIndex = z.strictObject({
  kind: z.enum(KINDS).exactOptional().describe('Absent: any signature or attestation'),
  format: z.enum(FORMATS).exactOptional(),
  digest: digestSchema.describe('The platform that lacks it itself'),
  platform: z.string().exactOptional(),
  index: digestSchema.describe('The index that has it'),
});

const violation = z.strictObject({
  rule: z.string().exactOptional().describe('The name of the rule; absent where no rule is for the subject'),
  message: z.string().describe('The wish of the rule, and what is there'),
  digest: digestSchema.exactOptional().describe('The manifest that lacks it'),
  platform: z.string().exactOptional(),
  isThere: z.boolean().describe('It is attached, and not verified as the rule wants'),
});

export const revocation = z.literal('unchecked').describe('Whether a certificate was revoked is not looked up');

export const trustedRoot = z
  .strictObject({ source: z.string(), date: z.string().exactOptional() })
  .describe("Sigstore's trusted root that was used");

/** The schema of `verify --json`. */
export const verifySchema = z.strictObject({
  ...manifestFields,
  outcome: z
    .enum(['verified', 'not-verified', 'unsigned', 'incomplete'])
    .describe('verified: all that is required is; unsigned: not attached; incomplete: a place could not be asked'),
  coveredBy: digestSchema
    .exactOptional()
    .describe('A verified signature of the manifest itself or of an index above it'),
  referrers: z.array(node).readonly().describe('The attachments, each with its verdict and its own attachments'),
  platforms: z.array(platform).readonly().exactOptional().describe('For an index: all manifests below it, each once'),
  above: z
    .array(platform)
    .readonly()
    .exactOptional()
    .describe('With --platform: the indexes that hold the subject, the nearest first'),
  missing: z.array(missing).readonly().describe('Requirements that nothing verified meets'),
  onIndex: z.array(onIndex).readonly().describe('Requirements of a platform that an index above it meets'),
  violations: z.array(violation).readonly().exactOptional().describe('With a policy: the rules that are not kept'),
  asked: z.array(askedSchema).readonly().describe('The ways that answered'),
  incomplete: z
    .array(incompleteSchema)
    .readonly()
    .describe('Ways that could not be asked, and signatures above the limit'),
  revocation,
  trustedRoot: trustedRoot.exactOptional(),
});

/** The attachments of a subject with their verdicts. */
export type VerifyResult = Readonly<z.infer<typeof verifySchema>>;

/** A manifest below an index, with its attachments in `referrers`. */
export type VerifiedPlatform = Readonly<z.infer<typeof platform>>;

/** A requirement that the manifest `digest` lacks. */
export type UnverifiedKind = Readonly<z.infer<typeof missing>>;

/** A requirement that an index meets for a platform. */
export type VerifiedOnIndex = Readonly<z.infer<typeof onIndex>>;

/** A rule of a policy that is not kept. */
export type PolicyViolation = Readonly<z.infer<typeof violation>>;
