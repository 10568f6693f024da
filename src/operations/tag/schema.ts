import * as z from 'zod';
import { manifestFields } from '../results/schema.js';

const { artifactType: _, ...fields } = manifestFields;

export const tagSchema = z.strictObject({
  ...fields,
  tags: z.array(z.string()).readonly().describe('The tags that point at it now, each once'),
});

/** A manifest that was tagged. */
export type TagResult = Readonly<z.infer<typeof tagSchema>>;
