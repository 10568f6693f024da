import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../results/digest-schema.js';
import { manifestFields, via } from '../results/schema.js';

const written = z.strictObject({
  path: z.string().describe('Where it is, from the current directory'),
  mediaType: z.string(),
  digest: digestSchema.describe('Of what was written'),
  size: z.int().describe('Bytes'),
  result: z.enum(['written', 'unchanged']).describe('unchanged: it was there and right'),
});

const file = written.extend({
  from: z.string().describe('The manifest that has it'),
  kind: z.enum(KINDS).exactOptional().describe('What people call it'),
  formats: z.array(z.enum(FORMATS)).readonly().exactOptional().describe('From the outermost wrapper inwards'),
  platform: z.string().exactOptional().describe('Of the image that it is attached to'),
  via: z.array(via).readonly().exactOptional().describe('How it was found'),
  unwrapped: z.literal(true).exactOptional().describe('It was taken out of a statement, and nothing verified'),
  wrapper: digestSchema.exactOptional().describe('The layer that has the statement'),
});

const artifact = z.strictObject({ ...manifestFields, files: z.array(file).readonly() });

/** The schema of what `pull` prints with `--json`. */
export const pullSchema = z.strictObject({
  reference: z.string().describe('The artifact or subject that was asked for'),
  artifacts: z.array(artifact).readonly(),
});

/** The outcome of `pull`. */
export type PullResult = Readonly<z.infer<typeof pullSchema>>;

/** A pulled artifact, with its files. */
export type PulledArtifact = Readonly<z.infer<typeof artifact>>;

/** A file of a {@link PullResult}. */
export type PulledFile = Readonly<z.infer<typeof file>>;

/** A file that was written. */
export type WrittenFile = Readonly<z.infer<typeof written>>;
