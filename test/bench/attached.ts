import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { digestOf } from '../support/image-layout.js';

const TYPE = 'application/vnd.oci.image';
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 };

/** A manifest, and its entry in a list. */
interface Written {
  readonly text: string;
  readonly entry: { readonly mediaType: string; readonly digest: string; readonly size: number };
}

function written(fields: object): Written {
  const mediaType = `${TYPE}.manifest.v1+json`;
  const text = JSON.stringify({ schemaVersion: 2, mediaType, config: EMPTY, layers: [EMPTY], ...fields });
  return { text, entry: { mediaType, digest: digestOf(text), size: Buffer.byteLength(text) } };
}

/** A subject, and so many referrers of it. */
function attached(count: number): { readonly subject: Written; readonly referrers: readonly Written[] } {
  const artifactType = 'application/vnd.example.scan';
  const subject = written({ artifactType: 'application/vnd.example.subject' });
  const referrers = Array.from({ length: count }, (_, index) => {
    const annotations = { 'org.opencontainers.image.created': '2026-01-01T00:00:00Z', 'org.example.run': `${index}` };
    const { text, entry } = written({ artifactType, subject: subject.entry, annotations });
    return { text, entry: { ...entry, artifactType, annotations } };
  });
  return { subject, referrers };
}

/** Writes a layout with one subject, `v1`, and so many referrers of it, as oras writes them. */
export async function writeLayout(directory: string, count: number): Promise<void> {
  const blobs = join(directory, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(blobs, EMPTY.digest.slice(7)), '{}');
  const { subject, referrers } = attached(count);
  for (const { text, entry } of [subject, ...referrers]) await writeFile(join(blobs, entry.digest.slice(7)), text);
  const root = { ...subject.entry, annotations: { 'org.opencontainers.image.ref.name': 'v1' } };
  const manifests = [root, ...referrers.map(({ entry }) => entry)];
  const index = { schemaVersion: 2, mediaType: `${TYPE}.index.v1+json`, manifests };
  await writeFile(join(directory, 'index.json'), JSON.stringify(index));
}

/** Puts the same into a registry. */
export async function fillRegistry(host: string, repository: string, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const send = (method: string, path: string, body: string, type: string) =>
    new Promise<string>((resolve, reject) => {
      const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
      request(`http://${host}${path}`, { agent, method, headers }, (response) => {
        const { statusCode = 0 } = response.resume();
        response.on('end', () =>
          statusCode < 300 ? resolve(response.headers.location ?? '') : reject(new Error(`${path}: ${statusCode}`)),
        );
      })
        .on('error', reject)
        .end(body);
    });
  const base = `/v2/${repository}`;
  const { pathname, searchParams } = new URL(await send('POST', `${base}/blobs/uploads/`, '', ''), `http://${host}`);
  searchParams.set('digest', EMPTY.digest);
  await send('PUT', `${pathname}?${searchParams}`, '{}', 'application/octet-stream');
  const { subject, referrers } = attached(count);
  await send('PUT', `${base}/manifests/v1`, subject.text, subject.entry.mediaType);
  // olareg loses referrers that are pushed at once.
  for (const { text, entry } of referrers)
    await send('PUT', `${base}/manifests/${entry.digest}`, text, entry.mediaType);
  agent.destroy();
}
