import { isObject, pathOf, readText, readTexts, sharedText } from '../text/lenient.js';
import type { Remarks } from '../text/remarks.js';
import type { Annotations } from './annotations.js';
import { type Descriptor, SIZE } from './descriptor.js';
import { isDigest } from './digest.js';
import { given } from './given.js';
import { plainType } from './media-types.js';
import type { Platform } from './platform.js';

/**
 * Reads a descriptor leniently: only digest and size must be well formed, null counts as absent, unknown members stay.
 * A missing media type is the empty text.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readDescriptor(value: unknown, path: string, remarks: Remarks): Descriptor {
  if (!isObject(value)) throw remarks.refusal(path, 'an object', value);
  const { mediaType, digest, size, urls, annotations, data, platform, artifactType, ...others } = value;
  const at = (member: string) => pathOf(path, member);
  if (typeof digest !== 'string' || !isDigest(digest)) throw remarks.refusal(at('digest'), 'a digest', digest);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw remarks.refusal(at('size'), SIZE, size);
  return given({
    mediaType: plainType(readText(mediaType, at('mediaType'), remarks) ?? ''),
    digest,
    size,
    urls: readTexts(urls, at('urls'), remarks),
    annotations: readAnnotations(annotations, at('annotations'), remarks),
    data: readText(data, at('data'), remarks),
    platform: readPlatform(platform, at('platform'), remarks),
    artifactType: readText(artifactType, at('artifactType'), remarks),
    ...others,
  });
}

/** Reads annotations: a number or a truth value becomes its text, and what has no text is left out. */
export function readAnnotations(value: unknown, path: string, remarks: Remarks): Annotations | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return remarks.add(path, 'an object', value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => {
      if (typeof text === 'string') return [[key, sharedText(text)]];
      remarks.add(pathOf(path, key), 'text', text);
      return typeof text === 'number' || typeof text === 'boolean' ? [[key, String(text)]] : [];
    }),
  );
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
    architecture: readText(architecture, at('architecture'), remarks) ?? '',
    os: readText(os, at('os'), remarks) ?? '',
  };
  if ((architecture ?? os ?? undefined) === undefined) return undefined;
  return given({
    ...names,
    'os.version': readText(version, at('os.version'), remarks),
    'os.features': readTexts(features, at('os.features'), remarks),
    variant: readText(variant, at('variant'), remarks),
    ...others,
  });
}
