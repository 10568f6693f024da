import * as z from 'zod';
import { annotations, descriptorFields, manifestFields, via, written } from '../results/schema.js';

export const packedFields = {
  ...manifestFields,
  annotations: annotations.exactOptional(),
  tags: z.array(z.string()).readonly(),
  result: written.describe('exists: the very same artifact was there already'),
  layers: z.array(z.looseObject({ ...descriptorFields, result: written })).readonly(),
  listedBy: via.exactOptional().describe('For an artifact with a subject: where it is listed'),
};
