import * as z from 'zod/mini';

/** Not `z.record`: it drops the key `__proto__`, and collects an issue for each of millions of bad values. */
export const annotationsSchema: z.ZodMiniType<Record<string, string>> = z.pipe(
  z.unknown(),
  z.transform((value, { issues }): Record<string, string> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      issues.push({ code: 'invalid_type', expected: 'object', input: value });
      return z.NEVER;
    }
    const annotations: [string, string][] = [];
    for (const [key, text] of Object.entries(value)) {
      if (typeof text !== 'string') {
        issues.push({ code: 'invalid_type', expected: 'string', input: text, path: [key] });
        return z.NEVER;
      }
      annotations.push([key, text]);
    }
    return Object.fromEntries(annotations);
  }),
);
