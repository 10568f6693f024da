import * as z from 'zod/mini';
import type { Platform } from './platform.js';

export const platformSchema: z.ZodMiniType<Platform> = z.looseObject({
  architecture: z.string(),
  os: z.string(),
  'os.version': z.optional(z.string()),
  'os.features': z.optional(z.array(z.string())),
  variant: z.optional(z.string()),
});
