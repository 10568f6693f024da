import * as z from 'zod';
import { annotations, manifestFields, via, written } from '../results/schema.js';

const { artifactType, ...readFields } = manifestFields;

export const readManifestSchema = z.strictObject({
  ...readFields,
  manifest: z
    .record(z.string(), z.unknown())
    .readonly()
    .exactOptional()
    .describe('The parsed document, where it is JSON; the digest is of the stored bytes, not of this text'),
});

const document = z.record(z.string(), z.unknown()).readonly();

export const readConfigSchema = z.strictObject({
  ...readFields,
  config: document.exactOptional().describe('With --config: the parsed config, where it is a JSON object'),
});

/** `manifest get` gives a manifest, or with `--config` a config, whose type, digest and size these are then. */
export const getManifestSchema = readManifestSchema.extend({ config: readConfigSchema.shape.config });

export const putManifestSchema = z.strictObject({
  ...readFields,
  artifactType,
  annotations: annotations.exactOptional(),
  tags: z.array(z.string()).readonly(),
  result: written.describe('exists: it was there already'),
  listedBy: via.exactOptional().describe('For a manifest with a subject: where it is listed'),
});

/** A manifest with its descriptor and document. */
export type ReadManifestResult = Readonly<z.infer<typeof readManifestSchema>> & {
  /** The stored bytes, verified; not enumerable, so JSON lacks them. */
  readonly bytes: Uint8Array;
};
/** A config, with the reference of its manifest and its own descriptor. */
export type ReadConfigResult = Readonly<z.infer<typeof readConfigSchema>> & {
  /** The stored bytes, verified; not enumerable, so JSON lacks them. */
  readonly bytes: Uint8Array;
};
/** A written manifest, its tags, and its outcome. */
export type PutManifestResult = Readonly<z.infer<typeof putManifestSchema>>;
