import * as z from 'zod';
import { manifestFields } from '../results/schema.js';

const { artifactType: _, ...fields } = manifestFields;

export const tagSchema = z.strictObject({
  ...fields,
  tags: z.array(z.string()).readonly().describe('The tags that were set, each once'),
});

/** A tagged manifest: its descriptor (`size` in bytes) and the tags that were set. */
export type TagResult = Readonly<z.infer<typeof tagSchema>>;
