import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { EMPTY_DESCRIPTOR } from '../../../../src/oci/values/empty.js';
import type { FileInput } from '../../../../src/operations/pack/inputs.js';
import { pack } from '../../../../src/operations/pack/pack.js';
import type { PackOptions } from '../../../../src/operations/pack/plan.js';

export const CREATED = 'org.opencontainers.image.created';
export const TITLE = 'org.opencontainers.image.title';
const SUBJECT = { ...EMPTY_DESCRIPTOR, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
export const fixture = (name: string) => readFile(new URL(`../../../fixtures/documents/${name}`, import.meta.url));

/** What attaching these would write. */
export const attached = async (files: readonly FileInput[], options: PackOptions = {}) =>
  (await pack(files, { ...options, subject: SUBJECT })).manifest;
export const file = (content: Uint8Array | string, name = 'f', mediaType?: string): FileInput => ({
  content,
  name,
  mediaType,
});
export const refusal = (files: readonly FileInput[], options: PackOptions = {}) =>
  attached(files, options).then(
    () => expect.unreachable('it was recognised'),
    (error: unknown) => error,
  );
