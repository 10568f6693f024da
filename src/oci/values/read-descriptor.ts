import { isObject, pathOf, readText, readTexts, sharedText } from '../text/lenient.js';
import type { Remarks } from '../text/remarks.js';
import type { Annotations } from './annotations.js';
import { type Descriptor, SIZE } from './descriptor.js';
import { isDigest } from './digest.js';
import { given, setOwn } from './given.js';
import { plainType } from './media-types.js';
import type { Platform } from './platform.js';

type Draft = { -readonly [K in keyof Descriptor]: Descriptor[K] } & Record<string, unknown>;

const KNOWN: ReadonlySet<string> = new Set([
  ...['mediaType', 'digest', 'size', 'urls', 'annotations', 'data', 'platform', 'artifactType'],
]);

/**
 * Reads a descriptor leniently: only digest and size must be well formed, null counts as absent, unknown members stay.
 * A missing media type is the empty text.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readDescriptor(value: unknown, path: string, remarks: Remarks): Descriptor {
  if (!isObject(value)) throw remarks.refusal(path, 'an object', value);
  const { mediaType, digest, size, urls, annotations, data, platform, artifactType } = value;
  const at = (member: string) => pathOf(path, member);
  if (typeof digest !== 'string' || !isDigest(digest)) throw remarks.refusal(at('digest'), 'a digest', digest);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw remarks.refusal(at('size'), SIZE, size);
  const read: Draft = { mediaType: plainType(readText(mediaType, path, 'mediaType', remarks) ?? ''), digest, size };
  // Most entries have few members: each that is absent costs nothing.
  const set = <K extends keyof Draft>(name: K, one: Draft[K] | undefined) => {
    if (one !== undefined) read[name] = one;
  };
  if (urls !== undefined) set('urls', readTexts(urls, at('urls'), remarks));
  if (annotations !== undefined) set('annotations', readAnnotations(annotations, at('annotations'), remarks));
  if (data !== undefined) set('data', readText(data, path, 'data', remarks));
  if (platform !== undefined) set('platform', readPlatform(platform, at('platform'), remarks));
  if (artifactType !== undefined) set('artifactType', readText(artifactType, path, 'artifactType', remarks));
  for (const name of Object.keys(value)) if (!KNOWN.has(name)) setOwn<unknown>(read, name, value[name]);
  return read;
}

/** Reads annotations: a number or a truth value becomes its text, and what has no text is left out. */
export function readAnnotations(value: unknown, path: string, remarks: Remarks): Annotations | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return remarks.add(path, 'an object', value);
  const read: Record<string, string> = {};
  for (const key of Object.keys(value)) {
    const text = value[key];
    if (typeof text === 'string') setOwn(read, key, sharedText(text));
    else {
      remarks.add(pathOf(path, key), 'text', text);
      if (typeof text === 'number' || typeof text === 'boolean') setOwn(read, key, String(text));
    }
  }
  return read;
}

/**
 * Reads a platform: one without `os` and `architecture` counts as absent, one without one of them has it empty. Two empty
 * texts stay: they tell that the entry is not a platform.
 */
function readPlatform(value: unknown, path: string, remarks: Remarks): Platform | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return remarks.add(path, 'an object', value);
  const { architecture, os, 'os.version': version, 'os.features': features, variant, ...others } = value;
  const at = (member: string) => pathOf(path, member);
  const names = {
    architecture: readText(architecture, path, 'architecture', remarks) ?? '',
    os: readText(os, path, 'os', remarks) ?? '',
  };
  if ((architecture ?? os ?? undefined) === undefined) return undefined;
  return given({
    ...names,
    'os.version': readText(version, path, 'os.version', remarks),
    'os.features': readTexts(features, at('os.features'), remarks),
    variant: readText(variant, path, 'variant', remarks),
    ...others,
  });
}
