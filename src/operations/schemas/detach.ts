import * as z from 'zod';
import { KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../../oci/values/descriptor.js';
import { VIAS } from '../../store/interfaces/store.js';
import type { DetachResult } from '../detach/detach.js';
import { errorFieldsSchema } from '../results/incomplete.js';

const attachment = {
  reference: z.string().describe('The manifest, also where the thing is one of its layers'),
  mediaType: z.string(),
  digest: digestSchema.describe('Of the thing: of the manifest, or of the layer'),
  size: z.int().nonnegative().describe('Bytes'),
  artifactType: z.string().exactOptional(),
  kind: z.enum(KINDS).exactOptional().describe('What people call it'),
  manifest: digestSchema.exactOptional().describe('For a layer: the manifest that holds it'),
  subject: digestSchema.describe('What it is, or was, attached to'),
  platform: z.string().exactOptional().describe('Of the subject, where that is a child of an index'),
  via: z.array(z.enum(VIAS)).describe('How it was found'),
};

/** The schema of what `detach` prints with `--json`. */
export const detachSchema: z.ZodType<DetachResult> = z.strictObject({
  reference: z.string().describe('The subject'),
  removed: z.array(z.strictObject(attachment)).describe('In the order in which they went'),
  orphans: z.array(z.strictObject(attachment)).describe('Attached to what went, and stays without its subject'),
  blocked: z
    .array(z.strictObject({ ...attachment, reason: z.string(), hint: z.string() }))
    .describe('Meant, and yet it stays'),
  incomplete: z
    .array(z.strictObject({ ...attachment, error: errorFieldsSchema }))
    .describe('What should go and is still there; empty means that all went'),
  pruned: z
    .strictObject({ blobs: z.int().nonnegative(), bytes: z.int().nonnegative() })
    .exactOptional()
    .describe('With --prune: blobs that nothing led to any more'),
  dryRun: z.literal(true).exactOptional().describe('Nothing was changed: this is what would be'),
});
