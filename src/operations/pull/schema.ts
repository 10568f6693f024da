import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../results/digest-schema.js';
import { incompleteSchema } from '../results/incomplete.js';
import { manifestFields, via } from '../results/schema.js';
import { proofSchema, unverifiedSchema } from '../verified/schema.js';

const written = z.strictObject({
  path: z.string().describe('Relative to the current directory'),
  mediaType: z.string(),
  digest: digestSchema.describe('The digest of the written content'),
  size: z.int().describe('Bytes'),
  result: z.enum(['written', 'unchanged']).describe('unchanged: the file already had the content'),
  replaced: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe('Files that were there with other content: this one, or files below a directory'),
});

const file = written.extend({
  from: z.string().describe('The manifest that names its layer'),
  kind: z.enum(KINDS).exactOptional().describe('Common name, like sbom or signature'),
  formats: z.array(z.enum(FORMATS)).readonly().exactOptional().describe('The outermost wrapper first'),
  config: z.literal(true).exactOptional().describe('The config of the artifact'),
  platform: z.string().exactOptional().describe('The platform of the image that it is attached to'),
  via: z.array(via).readonly().exactOptional().describe('The ways that name it'),
  unwrapped: z
    .literal(true)
    .exactOptional()
    .describe('The content of a statement; its signature was verified only where verified is there'),
  wrapper: digestSchema.exactOptional().describe('The digest of the layer with the statement'),
  verified: proofSchema.exactOptional(),
});

const artifact = z.strictObject({ ...manifestFields, files: z.array(file).readonly() });

/** The schema of `pull --json`. */
export const pullSchema = z.strictObject({
  reference: z.string().describe('The artifact or subject that was asked for'),
  artifacts: z.array(artifact).readonly(),
  incomplete: z
    .array(incompleteSchema)
    .readonly()
    .describe('Parts that cannot be fetched, where all attachments are wanted; empty: all are there'),
  unverified: z
    .array(unverifiedSchema)
    .readonly()
    .exactOptional()
    .describe('With verify: attachments that fit and were left out'),
});

/** The outcome of `pull`: each artifact with its files. */
export type PullResult = Readonly<z.infer<typeof pullSchema>>;

/** A pulled artifact, with its files in the order of its layers. */
export type PulledArtifact = Readonly<z.infer<typeof artifact>>;

/** A file of a {@link PullResult}; `path` is relative to the current directory, `size` is in bytes. */
export type PulledFile = Readonly<z.infer<typeof file>>;

/** A file that was written. */
export type WrittenFile = Readonly<z.infer<typeof written>>;
