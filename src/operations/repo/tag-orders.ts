/** The orders of a list of tags. */
export const TAG_ORDERS = ['name', 'natural', 'semver'] as const;

/** The order of a list of tags: by name, by name with its numbers as numbers, or by version with the newest first. */
export type TagOrder = (typeof TAG_ORDERS)[number];
