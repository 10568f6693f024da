import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface TestDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface TestImage extends TestDescriptor {
  /** An image layout, in which the image is tagged. */
  readonly directory: string;
  readonly tag: string;
}

const TYPE = 'application/vnd.oci.image';

/** A layout with one image, which a container runtime could run: written here, byte by byte, by no tool. */
export async function writeImage(directory: string, tag = 'v1', salt = 'an image'): Promise<TestImage> {
  await start(directory);
  const image = await writeManifest(directory, 'amd64', salt);
  await finish(directory, image, tag);
  return { ...image, directory, tag };
}

/** A layout with one index of several platforms. */
export async function writeIndex(
  directory: string,
  architectures: readonly string[],
  tag = 'v1',
): Promise<TestImage & { readonly children: Readonly<Record<string, TestDescriptor>> }> {
  await start(directory);
  const children: Record<string, TestDescriptor> = {};
  for (const architecture of architectures) {
    children[architecture] = await writeManifest(directory, architecture, 'an index');
  }
  const index = await blob(directory, `${TYPE}.index.v1+json`, {
    schemaVersion: 2,
    mediaType: `${TYPE}.index.v1+json`,
    manifests: Object.entries(children).map(([architecture, child]) => ({
      ...child,
      platform: { os: 'linux', architecture },
    })),
  });
  await finish(directory, index, tag);
  return { ...index, directory, tag, children };
}

export async function writeManifest(directory: string, architecture: string, salt: string): Promise<TestDescriptor> {
  const archive = pack();
  archive.entry({ name: 'etc/', type: 'directory', mtime: new Date(0) });
  archive.entry({ name: 'etc/hello', mtime: new Date(0) }, `${salt} for ${architecture}\n`);
  archive.finalize();
  const tar = await buffer(archive);
  const layer = await blob(directory, `${TYPE}.layer.v1.tar+gzip`, gzipSync(tar));
  const config = await blob(directory, `${TYPE}.config.v1+json`, {
    os: 'linux',
    architecture,
    config: { Entrypoint: ['/etc/hello'], Labels: { salt } },
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    history: [{ created: '2026-01-01T00:00:00Z', created_by: 'a test' }],
  });
  return blob(directory, `${TYPE}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${TYPE}.manifest.v1+json`,
    config,
    layers: [layer],
  });
}

export async function start(directory: string): Promise<void> {
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true });
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

export async function finish(directory: string, root: TestDescriptor, tag: string): Promise<void> {
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  const index = { schemaVersion: 2, mediaType: `${TYPE}.index.v1+json`, manifests: [{ ...root, annotations }] };
  await writeFile(join(directory, 'index.json'), JSON.stringify(index));
}

export async function blob(directory: string, mediaType: string, content: object): Promise<TestDescriptor> {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const digest = digestOf(bytes);
  await writeFile(join(directory, 'blobs', 'sha256', digest.slice('sha256:'.length)), bytes);
  return { mediaType, digest, size: bytes.length };
}

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
