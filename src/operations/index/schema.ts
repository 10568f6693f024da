import * as z from 'zod';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { digestSchema } from '../results/digest-schema.js';
import { annotations, descriptorFields, manifestFields, via, written } from '../results/schema.js';

const subject: z.ZodType<Descriptor> = z.looseObject(descriptorFields);

const entry = z.looseObject({
  ...descriptorFields,
  platform: z.string().exactOptional().describe('os/architecture[/variant]'),
});

const changedFields = {
  removed: z.array(entry).readonly().describe('The entries that the call took out or replaced'),
  moved: z
    .array(
      z.strictObject({
        tag: z.string(),
        digest: digestSchema.describe('The index that the tag names now'),
        previous: digestSchema.exactOptional().describe('The index that it named before; absent for a new tag'),
      }),
    )
    .readonly()
    .describe('The tags that the call moved'),
};

/** The schema of `index create`, `index add`, `index remove` and `index annotate` with `--json`. */
export const indexSchema = z.strictObject({
  ...manifestFields,
  annotations: annotations.exactOptional(),
  subject: subject.exactOptional(),
  tags: z.array(z.string()).readonly(),
  result: written.describe('exists: the index was there already, and stays as it is'),
  manifests: z.array(entry).readonly().describe('The entries of the index, in their order'),
  added: z.array(entry).readonly().describe('The entries that the call put in, or changed'),
  ...changedFields,
  copied: z
    .strictObject({ objects: z.int().nonnegative(), bytes: z.int().nonnegative() })
    .exactOptional()
    .describe('Blobs and manifests of members that came from other places'),
  listedBy: via.exactOptional().describe('For an index with a subject: the way that lists it'),
  dryRun: z.literal(true).exactOptional().describe('A dry run: the place is unchanged'),
});

/** The index that an artifact was put into, at the first of its tags. */
export const intoIndexSchema = z.strictObject({
  ...manifestFields,
  platform: z.string().describe('The platform of the artifact there'),
  ...changedFields,
});

/** The index that an artifact was put into. */
export type IntoIndexResult = Readonly<z.infer<typeof intoIndexSchema>>;

/** An index at the first of its tags, and what was done. `size` is in bytes. */
export type IndexResult = Readonly<z.infer<typeof indexSchema>>;

/** An entry of an index, its platform as text. */
export type IndexResultEntry = Readonly<z.infer<typeof entry>>;
