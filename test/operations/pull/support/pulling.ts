import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { Manifest } from '../../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { type PullOptions, pull } from '../../../../src/operations/pull/pull.js';
import { pullToStream } from '../../../../src/operations/pull/to-stream.js';
import type { ManifestSelector, Store } from '../../../../src/store/interfaces/store.js';
import { tempDir, tree } from '../../../support/temp.js';

export const v1 = { tag: 'v1' };
export const multi = { tag: 'multi' };
export const sbom = { kind: 'sbom' } as const;

/** Options of a pull, and the name of what is pulled. */
export type PullingOptions = PullOptions & { readonly selector?: ManifestSelector };

export async function pullFrom(store: Store, { selector = v1, ...options }: PullingOptions) {
  return pull({ store, ...selector }, options);
}

export async function fetch(store: Store, options: PullingOptions) {
  const output = await tempDir();
  const result = await pullFrom(store, { selection: sbom, output, ...options });
  const files = result.artifacts.flatMap((artifact) => artifact.files);
  return { output, result, files, names: await tree(output) };
}

export async function fails(store: Store, code: string, options: PullingOptions) {
  const output = await tempDir();
  const error = await pullFrom(store, { selection: sbom, output, ...options }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code });
  expect(await readdir(output)).toEqual([]);
  return error;
}

export async function streamFrom(store: Store, { selector = v1, ...options }: PullingOptions) {
  const out = new PassThrough();
  const descriptor = await pullToStream({ store, ...selector }, out, options).finally(() => out.end());
  return { descriptor, content: await readAll(out) };
}

export async function stream(store: Store, options: PullingOptions): Promise<string> {
  return (await streamFrom(store, { selection: sbom, ...options })).content;
}

/** Writes a manifest, even one that no tool should write, and pulls its files. Paths are absolute. */
export async function pullManifest(store: Store, manifest: Manifest, options: PullOptions = {}) {
  await store.putManifest(manifest, { child: true, settle: false });
  const { artifacts } = await pull({ store, digest: manifest.descriptor.digest }, options);
  const [artifact] = artifacts;
  if (artifact === undefined) throw new Error('no artifact');
  return { ...artifact, files: artifact.files.map((file) => ({ ...file, path: resolve(file.path) })) };
}

export const hex = ({ digest }: Descriptor) => digest.slice(7, 19);
export const layerOf = ({ content }: { content: object }): Descriptor => {
  if ('layers' in content && Array.isArray(content.layers)) return content.layers[0];
  throw new Error('no layers');
};
