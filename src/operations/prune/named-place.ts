import { buffer } from 'node:stream/consumers';
import { orUndefined } from '../../io/async/or-undefined.js';
import { mapSome } from '../../io/async/run-all.js';
import { layersOf } from '../../oci/documents/manifest.js';
import { formatReference, parseReference } from '../../oci/names/reference.js';
import { parseJson } from '../../oci/text/json.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { encodedOf } from '../../oci/values/digest.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { formOf } from '../attached/signed-form.js';
import type { Holder } from '../detach/holder.js';
import type { Survey } from './survey.js';

/** Signatures that are read at a time: each is in memory. */
const CONCURRENCY = 8;
/** The most bytes of a signature that are read: an envelope with an SBOM has some megabytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The repositories that orphans, or attachments of them, name as their subject's, and that nobody asked. Where the place
 * itself is named among those with subjects, its user knows that they were there. The content of a layout comes from
 * elsewhere always.
 *
 * @param elsewhere the places that were asked as well; undefined where nobody named any
 */
export async function namedElsewhere(
  source: Source,
  orphans: ReadonlySet<Holder>,
  { bySubject }: Survey,
  elsewhere: readonly Source[] | undefined,
  options: CallOptions,
): Promise<ReadonlyMap<Holder, string>> {
  const places = new Set((elsewhere ?? []).map((place) => place.format({})));
  const named = new Map<Holder, string>();
  if (source.kind !== 'registry' || places.has(source.format({}))) return named;
  const otherIn = async (holder: Holder, above: readonly Holder[]): Promise<string | undefined> => {
    const found = await namedPlaces(source, holder, options);
    const other = found.find((place) => place !== source.format({}) && !places.has(place));
    if (other !== undefined || above.includes(holder)) return other;
    for (const below of bySubject.get(holder.manifest.digest) ?? []) {
      const inner = await otherIn(below, [...above, holder]);
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  await mapSome([...orphans], CONCURRENCY, async (holder) => {
    const other = await otherIn(holder, []);
    if (other !== undefined) named.set(holder, other);
  });
  return named;
}

/**
 * The repositories that a signature or attestation names as its subject's. cosign writes one into a signature, and into the
 * name of a statement's subject. Others name none. Names are not verified: they only keep what would go.
 *
 * @throws RemoraError for content that could not be asked for
 */
async function namedPlaces(source: Source, holder: Holder, options: CallOptions): Promise<readonly string[]> {
  const { manifest, attachments, subject } = holder;
  const isSigned = attachments.some(({ kind, formats }) => kind === 'signature' || formats.length > 0);
  if (!isSigned) return [];
  const document = await orUndefined(source.manifest({ digest: manifest.digest }, options), 'NOT_FOUND', 'MALFORMED');
  const places = new Set<string>();
  for (const layer of document === undefined ? [] : layersOf(document)) {
    const form = formOf(layer.mediaType);
    if (form === undefined || form === 'notation' || layer.size > MAX_BYTES) continue;
    const content = await jsonOf(source, layer, options);
    const found =
      form === 'cosign' ? signedName(content) : subjectNames(await statementOf(content), encodedOf(subject));
    for (const name of found) {
      const place = await repositoryOf(name);
      if (place !== undefined) places.add(place);
    }
  }
  return [...places];
}

async function jsonOf(source: Source, layer: Descriptor, options: CallOptions): Promise<unknown> {
  const open = async () => buffer(await source.openBlob(layer, options));
  const bytes = await orUndefined(open(), 'NOT_FOUND', 'SIZE_MISMATCH', 'DIGEST_MISMATCH');
  return bytes && orUndefined(parsed(bytes), 'MALFORMED');
}

async function parsed(bytes: Uint8Array): Promise<unknown> {
  return parseJson(bytes, 'signature');
}

/** cosign's SIGNATURE_SPEC.md, "Payload". */
function signedName(payload: unknown): readonly string[] {
  const name = member(payload, 'critical', 'identity', 'docker-reference');
  return typeof name === 'string' ? [name] : [];
}

/** The statement in an envelope, or in the envelope of a bundle. */
async function decoded(payload: string): Promise<unknown> {
  return parseJson(Buffer.from(payload, 'base64'), 'statement');
}

async function statementOf(content: unknown): Promise<unknown> {
  const payload = member(content, 'payload') ?? member(content, 'dsseEnvelope', 'payload');
  return typeof payload === 'string' ? orUndefined(decoded(payload), 'MALFORMED') : undefined;
}

/** Names of the statement's subject with this digest; a name without a host may be that of a file. */
function subjectNames(statement: unknown, sha256: string): readonly string[] {
  const subjects = member(statement, 'subject');
  return (Array.isArray(subjects) ? subjects : []).flatMap((subject: unknown) => {
    const name = member(subject, 'name');
    const isMeant = member(subject, 'digest', 'sha256') === sha256;
    return isMeant && typeof name === 'string' && hasHost(name) ? [name] : [];
  });
}

function hasHost(name: string): boolean {
  const slash = name.indexOf('/');
  const host = name.slice(0, Math.max(slash, 0));
  return host === 'localhost' || /[.:]/.test(host);
}

async function repositoryOf(name: string): Promise<string | undefined> {
  const read = async () => parseReference(name);
  const reference = await orUndefined(read(), 'INVALID_ARGUMENT');
  return reference && formatReference({ registry: reference.registry, repository: reference.repository });
}

function member(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}
