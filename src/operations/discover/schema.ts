import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../results/digest-schema.js';
import { incompleteSchema } from '../results/incomplete.js';
import { annotations, manifestFields, via } from '../results/schema.js';

const attachment = z.strictObject({
  ...manifestFields,
  annotations: annotations.exactOptional(),
  kind: z.enum(KINDS).exactOptional().describe('What people call it'),
  formats: z.array(z.enum(FORMATS)).readonly().exactOptional().describe('From the outermost wrapper inwards'),
  predicateType: z.string().exactOptional(),
  created: z.string().exactOptional().describe('RFC 3339'),
  manifest: digestSchema.exactOptional().describe('For a layer: the manifest that holds it'),
  subject: digestSchema.describe('What it is attached to'),
  via: z.array(via).readonly().describe('How it was found'),
});

/** An attachment, with its own attachments. */
export interface DiscoveredNode extends Readonly<z.infer<typeof attachment>> {
  readonly referrers: readonly DiscoveredNode[];
}

const node: z.ZodType<DiscoveredNode> = attachment.extend({
  get referrers() {
    return z.array(node).readonly();
  },
});

const platform = z.strictObject({
  ...manifestFields,
  platform: z.string().exactOptional().describe('os/architecture[/variant], where the index names one'),
  referrers: z.array(node).readonly(),
});

const missing = z.strictObject({
  kind: z.enum(KINDS),
  format: z.enum(FORMATS).exactOptional(),
  digest: digestSchema.describe('What it is not attached to'),
  platform: z.string().exactOptional(),
  onIndex: z.literal(true).exactOptional().describe('The index has it, which does not count here'),
});

/** The schema of what `discover` prints with `--json`. */
export const discoverSchema = z.strictObject({
  ...manifestFields,
  referrers: z.array(node).readonly().describe('What is attached, each with what is attached to it'),
  platforms: z.array(platform).readonly().exactOptional().describe('For an index: its children'),
  asked: z
    .array(
      z.strictObject({
        via,
        subjects: z.int().describe('How many subjects were asked about'),
        found: z.int(),
        unsupported: z.int().exactOptional().describe('For so many of them the way does not exist'),
      }),
    )
    .readonly()
    .describe('The ways that answered'),
  incomplete: z
    .array(incompleteSchema)
    .readonly()
    .describe('Ways that could not be asked; empty means that the list is complete'),
  missing: z.array(missing).readonly().exactOptional().describe('With --require: what is required and not there'),
});

/** The attachments of a subject. An empty `incomplete` means that all ways were asked and answered. */
export type DiscoverResult = Readonly<z.infer<typeof discoverSchema>>;

/** A child of an index, and its attachments. */
export type DiscoveredPlatform = Readonly<z.infer<typeof platform>>;

/** A requirement that is not met. */
export type MissingKind = Readonly<z.infer<typeof missing>>;
