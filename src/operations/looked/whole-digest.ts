import { RemoraError } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { artifactTypeOf, type Manifest } from '../../oci/documents/manifest.js';
import type { Digest } from '../../oci/values/digest.js';
import { beginsWith, parseBeginning } from '../../oci/values/digest-beginning.js';
import { given } from '../../oci/values/given.js';
import { hasInventory } from '../../store/interfaces/inventory.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { AskedWays } from '../attached/asked-ways.js';
import { moreDigits } from '../attached/begun-by.js';
import { ItemLimit } from '../attached/item-limit.js';
import { platformSubjects } from '../attached/subject.js';
import { AttachedWalk } from '../attached/walk.js';
import type { AccessOptions } from '../places/location.js';

/** Options of verbs that look at something, and verify, remove or change nothing. */
export interface LookOptions {
  /**
   * The beginning of a digest, at least 8 digits of it with or without `sha256:`, in place of the location's digest: of one
   * manifest of a layout or an archive, in a registry of one that the tag leads to. @default the location names all
   */
  readonly digestBeginning?: string | undefined;
}

type Options = Pick<AccessOptions, 'signal' | 'maxItems'>;

/**
 * The digest of the one blob of a layout or an archive that begins so. In a registry, which does not list its blobs, it is
 * one of the manifests to which the tag leads: its own, those below an index, and all that is attached to them.
 *
 * @param wanted a manifest, or a blob of any kind
 * @throws RemoraError `NOT_FOUND`, `AMBIGUOUS`, `INVALID_ARGUMENT` (a registry without a tag, or a blob of one), `INCOMPLETE`
 *   (not all that is attached could be listed, so that another digest may begin so)
 */
export async function wholeDigest(
  source: Source,
  { tag }: ManifestSelector,
  text: string,
  wanted: 'manifest' | 'blob',
  options: Options = {},
): Promise<Digest> {
  const beginning = parseBeginning(text);
  const all = hasInventory(source)
    ? await source.blobDigests()
    : wanted === 'blob' || tag === undefined
      ? []
      : await digestsBehind(source, tag, options);
  if (!hasInventory(source) && all.length === 0) throw notListed(source, text, wanted);
  const found = [...new Set(all)].filter((digest) => beginsWith(digest, beginning));
  const fitting = found.length < 2 || wanted === 'blob' ? found : await manifestsOf(source, found, options);
  const [digest] = fitting;
  if (digest === undefined)
    throw new RemoraError('NOT_FOUND', `${source.format({ tag })} has no ${wanted} whose digest begins with ${text}`, {
      expected: text,
      hint: 'Look at the digests with remora discover',
    });
  if (fitting.length === 1) return digest;
  throw new RemoraError('AMBIGUOUS', `${fitting.length} ${wanted}s of ${source.format({ tag })} begin with ${text}`, {
    expected: text,
    candidates: await Promise.all(fitting.map((each) => described(source, each, options))),
    hint: moreDigits(beginning),
  });
}

/**
 * The selector of something that is looked at, with the whole digest of a beginning.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for a beginning beside a digest, and as {@link wholeDigest}
 */
export async function wholeSelector(
  source: Source,
  { tag, digest }: ManifestSelector,
  { digestBeginning, signal, maxItems }: AccessOptions & LookOptions,
): Promise<ManifestSelector> {
  if (digestBeginning === undefined) return given({ tag, digest });
  if (digest !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', `${digestBeginning} is a beginning, and ${digest} is named as well`, {
      hint: 'Leave one of them out',
    });
  const whole = await wholeDigest(source, { tag }, digestBeginning, 'manifest', { signal, maxItems });
  // In a registry the tag only says where to look; in a layout it must name the digest, as it must a whole one.
  return given({ tag: hasInventory(source) ? tag : undefined, digest: whole });
}

function notListed(source: Source, text: string, wanted: 'manifest' | 'blob'): RemoraError {
  const place = source.format({});
  return new RemoraError(
    'INVALID_ARGUMENT',
    `a registry cannot look up ${wanted} ${text} of ${place} by its beginning`,
    {
      found: text,
      hint:
        wanted === 'blob'
          ? 'Write the whole digest; inspect --no-trunc shows it'
          : `Name a tag that leads to it, like ${place}:TAG@${text}, or write the whole digest`,
    },
  );
}

/** The digests of all manifests that a tag leads to. */
async function digestsBehind(source: Source, tag: string, { signal, maxItems }: Options): Promise<readonly Digest[]> {
  const limit = new ItemLimit(maxItems);
  const account = new AskedWays();
  const ask = { signal, limit, onUnasked: (way: string, error: unknown) => account.failed(way, error) };
  const descriptor = await source.resolve({ tag }, { signal });
  const below = await platformSubjects(source, descriptor, ask);
  const found = [descriptor.digest, ...(below?.children ?? [])];
  const walk = new AttachedWalk(source, descriptor, ask);
  for await (const attachments of walk.levels([{ descriptor }, ...(below?.platforms ?? [])]))
    found.push(...attachments.map(({ descriptor: { digest }, holder }) => holder?.digest ?? digest));
  account.checkComplete();
  return found;
}

/** Blobs of other content can begin with the same digits; where none of them is a manifest, all are named. */
async function manifestsOf(
  source: Source,
  digests: readonly Digest[],
  options: CallOptions,
): Promise<readonly Digest[]> {
  const manifests = await Promise.all(digests.map((digest) => readable(source, digest, options)));
  const found = digests.filter((_, index) => manifests[index] !== undefined);
  return found.length === 0 ? digests : found;
}

function readable(source: Source, digest: Digest, options: CallOptions): Promise<Manifest | undefined> {
  const manifest = source.manifest({ digest }, options);
  return orUndefined(manifest, 'NOT_FOUND', 'SIZE_MISMATCH', 'DIGEST_MISMATCH', 'MALFORMED', 'UNSUPPORTED');
}

async function described(source: Source, digest: Digest, options: CallOptions): Promise<string> {
  const manifest = await readable(source, digest, options);
  const type = manifest && (artifactTypeOf(manifest) || manifest.descriptor.mediaType);
  return [source.format({ digest }), type].filter((part) => part).join('  ');
}
