import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../results/digest-schema.js';
import { askedSchema, incompleteSchema } from '../results/incomplete.js';
import { annotations, manifestFields, via } from '../results/schema.js';
import { claimedSchema } from '../results/signer.js';

const content = z.strictObject({
  size: z.number().describe('Bytes of all files'),
  titles: z.array(z.string()).readonly().describe('The names of the files that have one, in their order'),
});

/** The files of an attachment. */
export type AttachedContent = Readonly<z.infer<typeof content>>;

/** The fields of an attachment, whichever result names it. */
export const attachmentFields = {
  ...manifestFields,
  annotations: annotations.exactOptional(),
  kind: z.enum(KINDS).exactOptional().describe('Common name, like sbom or signature'),
  formats: z.array(z.enum(FORMATS)).readonly().exactOptional().describe('The outermost wrapper first'),
  predicateType: z.string().exactOptional(),
  created: z.string().exactOptional().describe('RFC 3339'),
  content: content.exactOptional().describe('Absent where the manifest was not read'),
  manifest: digestSchema.exactOptional().describe('For a layer: the manifest that holds it'),
  subject: digestSchema.describe('The manifest that it is attached to'),
  via: z.array(via).readonly().describe('The ways that name it'),
  places: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe('With --referrers-in: the places that have it, unless that is the place of the subject alone'),
};

const attachment = z.strictObject({ ...attachmentFields, claimed: claimedSchema.exactOptional() });

/** An attachment, with its own attachments in `referrers`. `size` is in bytes, `created` is RFC 3339. */
export interface DiscoveredNode extends Readonly<z.infer<typeof attachment>> {
  readonly referrers: readonly DiscoveredNode[];
}

const node: z.ZodType<DiscoveredNode> = attachment.extend({
  get referrers() {
    return z.array(node).readonly();
  },
});

const endOfLife = z.strictObject({
  reference: z.string().describe('The attachment that tells it'),
  date: z.string().describe('As the attachment has it: it is not verified'),
  past: z.boolean().exactOptional().describe('Absent: the date is not one of RFC 3339'),
});

/** The end of life of a manifest, from the newest lifecycle attachment. */
export type EndOfLife = Readonly<z.infer<typeof endOfLife>>;

const platform = z.strictObject({
  ...manifestFields,
  platform: z.string().exactOptional().describe('os/architecture[/variant], where an index names one'),
  isPlatform: z
    .literal(false)
    .exactOptional()
    .describe('An index within the index, or an entry that is not a platform: --require does not count it'),
  within: z.array(digestSchema).readonly().exactOptional().describe('The inner indexes that name it'),
  endOfLife: endOfLife.exactOptional(),
  referrers: z.array(node).readonly(),
});

const missing = z.strictObject({
  kind: z.enum(KINDS),
  format: z.enum(FORMATS).exactOptional(),
  digest: digestSchema.describe('The manifest that lacks it'),
  platform: z.string().exactOptional(),
  onIndex: z.literal(true).exactOptional().describe('The index has it; the platform itself lacks it'),
});

const onIndex = z.strictObject({
  kind: z.enum(KINDS),
  format: z.enum(FORMATS).exactOptional(),
  digest: digestSchema.describe('The platform that lacks it itself'),
  platform: z.string().exactOptional(),
  index: digestSchema.describe('The index that has it'),
});

/** The schema of `discover --json`. */
export const discoverSchema = z.strictObject({
  ...manifestFields,
  endOfLife: endOfLife.exactOptional().describe('From the newest attachment of the kind lifecycle'),
  referrers: z.array(node).readonly().describe('The attachments, each with its own attachments'),
  platforms: z.array(platform).readonly().exactOptional().describe('For an index: all manifests below it, each once'),
  asked: z.array(askedSchema).readonly().describe('The ways that answered'),
  incomplete: z
    .array(incompleteSchema)
    .readonly()
    .describe('Ways that could not be asked; empty: the list is complete'),
  missing: z
    .array(missing)
    .readonly()
    .exactOptional()
    .describe('With --require: the required kinds that were not found; not known where the result is incomplete'),
  onIndex: z
    .array(onIndex)
    .readonly()
    .exactOptional()
    .describe('With --require: the required kinds that an index has for a platform'),
});

/** The attachments of a subject. The list is complete when `incomplete` is empty. */
export type DiscoverResult = Readonly<z.infer<typeof discoverSchema>>;

/** A manifest below an index, with its attachments in `referrers`. */
export type DiscoveredPlatform = Readonly<z.infer<typeof platform>>;

/** A required kind that the manifest `digest` lacks. */
export type MissingKind = Readonly<z.infer<typeof missing>>;

/** A required kind that the platform `digest` lacks, and that an index above it has. */
export type KindOnIndex = Readonly<z.infer<typeof onIndex>>;
