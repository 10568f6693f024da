import { readdir } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { type PullSelectedOptions, pullSelected } from '../../../../src/operations/pull/pull.js';
import { streamSelected } from '../../../../src/operations/pull/to-stream.js';
import type { Store } from '../../../../src/store/interfaces/store.js';
import { tempDir, tree } from '../../../support/temp.js';

export const v1 = { tag: 'v1' };
export const multi = { tag: 'multi' };
export const sbom = { kinds: ['sbom'] } as const;

export async function fetch(store: Store, options: Partial<PullSelectedOptions>) {
  const output = await tempDir();
  const result = await pullSelected(store, { selector: v1, selection: sbom, output, ...options });
  const files = result.artifacts.flatMap((artifact) => artifact.files);
  return { output, result, files, names: await tree(output) };
}

export async function fails(store: Store, code: string, options: Partial<PullSelectedOptions>) {
  const output = await tempDir();
  const error = await pullSelected(store, { selector: v1, selection: sbom, output, ...options }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ code });
  expect(await readdir(output)).toEqual([]);
  return error;
}

export async function stream(store: Store, options: Partial<PullSelectedOptions>): Promise<string> {
  const out = new PassThrough();
  await streamSelected(store, out, { selector: v1, selection: sbom, ...options }).finally(() => out.end());
  return readAll(out);
}

export const hex = ({ digest }: Descriptor) => digest.slice(7, 19);
export const layerOf = ({ content }: { content: object }): Descriptor => {
  if ('layers' in content && Array.isArray(content.layers)) return content.layers[0];
  throw new Error('no layers');
};
