import type { OutgoingHttpHeaders } from 'node:http';
import {
  type Call,
  checkDeletes,
  checkDigest,
  digestHeader,
  existingRepository,
  methodNotAllowed,
  Refusal,
} from './registry-call.js';
import { type ParsedManifest, parseManifest } from './registry-documents.js';
import { algorithmOf, digestOf, type Repository } from './registry-state.js';

const maxBytes = 4 * 1024 * 1024;
const tagPattern = /^\w[\w.-]{0,127}$/;

export async function serveManifest(call: Call): Promise<void> {
  switch (call.exchange.method) {
    case 'GET':
    case 'HEAD':
      await read(call);
      return;
    case 'PUT':
      await put(call);
      return;
    case 'DELETE':
      await remove(call);
      return;
    default:
      throw methodNotAllowed(call);
  }
}

async function read(call: Call): Promise<void> {
  const { exchange, options } = call;
  const repository = existingRepository(call);
  const digest = resolve(call, repository);
  const manifest = repository.manifests.get(digest ?? '');
  if (digest === undefined || manifest === undefined) throw unknown(call);
  const { mediaType, bytes } = manifest;
  if (options.strictAccept === true && mediaType.startsWith('application/vnd.oci.') && !accepts(call, mediaType)) {
    throw new Refusal(404, 'MANIFEST_UNKNOWN', 'OCI manifest found, but accept header does not support OCI manifests');
  }
  const headers = { 'content-type': mediaType, ...digestHeader(call, digest), ...etagHeader(call, digest) };
  await exchange.reply(200, { ...headers, 'content-length': bytes.length }, bytes);
}

async function put(call: Call): Promise<void> {
  const { exchange, options, state, name, reference } = call;
  const type = exchange.request.headers['content-type'];
  const bytes = await exchange.bytes(maxBytes);
  if (bytes === undefined) throw new Refusal(413, 'SIZE_INVALID', `manifests end at ${maxBytes} bytes`);
  const tagged = !reference.includes(':');
  if (tagged && !tagPattern.test(reference)) throw new Refusal(400, 'MANIFEST_INVALID', `not a tag: ${reference}`);
  const digest = digestOf(bytes, tagged ? 'sha256' : algorithmOf(checkDigest(reference)));
  if (!tagged && digest !== reference) {
    throw new Refusal(400, 'DIGEST_INVALID', `expected ${reference}, got ${digest}`);
  }
  const parsed = parseManifest(bytes);
  if (parsed === undefined) throw new Refusal(400, 'MANIFEST_INVALID', 'not a manifest');
  if (type === undefined || (parsed.mediaType !== undefined && parsed.mediaType !== type)) {
    throw new Refusal(400, 'MANIFEST_INVALID', `content type ${type}, mediaType ${parsed.mediaType}`);
  }
  const repository = state.repository(name);
  if (options.strictBlobs !== false) checkContent(parsed, repository);
  checkConditions(call, repository);
  repository.manifests.set(digest, { bytes, mediaType: type });
  if (tagged) repository.tags.set(reference, digest);
  const extra = queryTags(call);
  for (const tag of extra) repository.tags.set(tag, digest);
  if (options.ociSubject === 'lie') repository.unlisted.add(digest);
  const announced = options.ociSubject ?? options.referrers !== 'none';
  await exchange.reply(options.manifestStatus ?? 201, {
    location: `/v2/${name}/manifests/${digest}`,
    ...digestHeader(call, digest),
    ...etagHeader(call, digest),
    ...(extra.length > 0 && { 'oci-tag': extra }),
    ...(announced && parsed.subject !== undefined && { 'oci-subject': parsed.subject.digest }),
  });
}

/** The tags of the query that are set: as many as the registry takes. */
function queryTags({ exchange, options: { queryTags: most = 0 } }: Call): string[] {
  const tags = new URL(exchange.path, 'http://registry').searchParams.getAll('tag');
  if (tags.length > 0 && most === 'refused') throw new Refusal(400, 'UNSUPPORTED', 'what is this query?');
  return most === 'refused' ? [] : tags.slice(0, most);
}

async function remove(call: Call): Promise<void> {
  checkDeletes(call);
  const { tags, manifests, unlisted } = existingRepository(call);
  const { reference } = call;
  const found = reference.includes(':') ? manifests.delete(checkDigest(reference)) : tags.delete(reference);
  if (!found) throw unknown(call);
  unlisted.delete(reference);
  for (const [tag, digest] of tags) if (digest === reference) tags.delete(tag);
  await call.exchange.reply(202);
}

/** The digest that a reference stands for now. */
function resolve({ options, reference }: Call, { tags, manifests }: Repository): string | undefined {
  if (reference.includes(':')) return checkDigest(reference);
  const subject = /^sha256-[a-f0-9]{64}$/.test(reference) ? reference.replace('-', ':') : '';
  const mapped = options.mapTagToSubject && manifests.has(subject) ? subject : undefined;
  return options.mapTagToSubject === 'always' ? (mapped ?? tags.get(reference)) : (tags.get(reference) ?? mapped);
}

function accepts({ exchange }: Call, mediaType: string): boolean {
  const types = (exchange.request.headers.accept ?? '').split(',');
  return types.some((type) => type.split(';')[0]?.trim() === mediaType);
}

function checkContent({ blobs, manifests }: ParsedManifest, repository: Repository): void {
  for (const { digest } of blobs) {
    if (!repository.blobs.has(digest)) throw new Refusal(400, 'MANIFEST_BLOB_UNKNOWN', `blob ${digest} is not known`);
  }
  for (const { digest } of manifests) {
    if (repository.manifests.has(digest)) continue;
    throw new Refusal(400, 'MANIFEST_BLOB_UNKNOWN', `manifest ${digest} is not known`);
  }
}

function checkConditions(call: Call, repository: Repository): void {
  if (call.options.etag !== 'honoured') return;
  const { 'if-match': match, 'if-none-match': noneMatch } = call.exchange.request.headers;
  const digest = resolve(call, repository);
  const current = digest !== undefined && repository.manifests.has(digest) ? `"${digest}"` : undefined;
  const among = (tags: string) =>
    current !== undefined && (tags.trim() === '*' || tags.split(',').some((tag) => tag.trim() === current));
  if ((match === undefined || among(match)) && (noneMatch === undefined || !among(noneMatch))) return;
  throw new Refusal(412, 'DENIED', `the current ETag is ${current ?? '(none)'}`);
}

function etagHeader({ options }: Call, digest: string): OutgoingHttpHeaders {
  return options.etag === undefined || options.etag === 'none' ? {} : { etag: `"${digest}"` };
}

function unknown({ reference }: Call): Refusal {
  return new Refusal(404, 'MANIFEST_UNKNOWN', `manifest ${reference} is not known`);
}
