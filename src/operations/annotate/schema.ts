import * as z from 'zod';
import { KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../results/digest-schema.js';
import { annotations, manifestFields, via, written } from '../results/schema.js';

/** The schema of `annotate --json`. */
export const annotateSchema = z.strictObject({
  dryRun: z.literal(true).exactOptional().describe('A dry run: the place is unchanged'),
  ...manifestFields,
  annotations: annotations.exactOptional().describe('All annotations of the new manifest'),
  tag: z.string().exactOptional().describe('The tag that names the new manifest now'),
  result: written.describe('exists: the annotations were like that already'),
  was: z
    .strictObject({ reference: z.string(), digest: digestSchema })
    .describe('The manifest before; it stays in the place under its digest'),
  left: z
    .array(
      z.strictObject({
        kind: z.enum(KINDS).exactOptional().describe('Absent for artifacts of no known kind'),
        count: z.int().positive(),
      }),
    )
    .readonly()
    .describe('Attached to the manifest before, and not to the new one'),
  listedBy: via.exactOptional().describe('For a manifest with a subject: where the new one is listed'),
});

/** A manifest whose annotations were changed: its new descriptor, and what stays with the digest that it had. */
export type AnnotateResult = Readonly<z.infer<typeof annotateSchema>>;
