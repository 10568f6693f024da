import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { isRemoraError, RemoraError } from '../../errors.js';
import { fileError } from '../../io/files/system-error.js';
import type { AnnotationChanges } from '../../oci/documents/edit-annotations.js';
import { checkShape, parseJson } from '../../oci/text/json.js';
import { type Annotations, isReservedUnknown } from '../../oci/values/annotations.js';

/**
 * Parses `KEY=VALUE` pairs.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, also for a key that is given twice
 */
export function keyValues(pairs: readonly string[], what: string): Record<string, string> {
  const found = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0) {
      throw new RemoraError('INVALID_ARGUMENT', `${what} ${JSON.stringify(pair)} is not KEY=VALUE`, {
        found: pair,
        hint: 'Write it like org.example.team=blue',
      });
    }
    const key = pair.slice(0, equals);
    if (found.has(key))
      throw new RemoraError('INVALID_ARGUMENT', `${what} ${key} is given twice`, {
        found: pair,
        hint: 'Give each key once',
      });
    found.set(key, pair.slice(equals + 1));
  }
  return Object.fromEntries(found);
}

/**
 * Parses `KEY=VALUE`, which sets an annotation, and `KEY-`, which removes it.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, also for a key that is given twice
 */
export function annotationChanges(words: readonly string[]): {
  readonly changes: AnnotationChanges;
  readonly notes: readonly string[];
} {
  const isRemoval = (word: string) => !word.includes('=') && word.endsWith('-') && word !== '-';
  const removed = words.filter(isRemoval).map((word) => word.slice(0, -1));
  const set = keyValues(
    words.filter((word) => !isRemoval(word)),
    'annotation',
  );
  const twice = removed.find((key, index) => Object.hasOwn(set, key) || removed.indexOf(key) !== index);
  if (twice !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', `annotation ${twice} is given twice`, { hint: 'Give each key once' });
  const notes = Object.keys(set)
    .filter(isReservedUnknown)
    .map((key) => `annotation ${key} is not defined by OCI, which reserves org.opencontainers`);
  return { changes: { ...set, ...Object.fromEntries(removed.map((key) => [key, null])) }, notes };
}

/** Parses `FILE:KEY=VALUE`; the file may hold colons, the key may not hold "=". */
export function layerAnnotations(pairs: readonly string[]): ReadonlyMap<string, Annotations> {
  const byFile = new Map<string, string[]>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const colon = equals < 0 ? -1 : pair.lastIndexOf(':', equals);
    if (colon <= 0) {
      throw new RemoraError('INVALID_ARGUMENT', `layer annotation ${JSON.stringify(pair)} is not FILE:KEY=VALUE`, {
        found: pair,
        hint: 'Write it like sbom.json:org.example.team=blue',
      });
    }
    const file = pair.slice(0, colon);
    byFile.set(file, [...(byFile.get(file) ?? []), pair.slice(colon + 1)]);
  }
  return new Map([...byFile].map(([file, list]) => [file, keyValues(list, `layer annotation of ${file}`)]));
}

const annotationFileSchema = () => z.record(z.string(), z.record(z.string(), z.string()));

/**
 * Reads the file of `--annotation-file`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `IO`
 */
export async function readAnnotationFile(path: string) {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(error, path);
  });
  let document: Record<string, Record<string, string>>;
  try {
    document = checkShape(annotationFileSchema(), parseJson(bytes, path), path);
  } catch (cause) {
    if (!isRemoraError(cause)) throw cause;
    throw new RemoraError('INVALID_ARGUMENT', cause.message, {
      cause,
      hint: 'Write it like {"$manifest": {"key": "value"}, "sbom.json": {"key": "value"}}',
    });
  }
  const { $manifest: manifest, $config: config, ...files } = document;
  const unknown = Object.keys(files).find((key) => key.startsWith('$'));
  if (unknown !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', `${path} has the unknown key ${unknown}`, {
      found: unknown,
      hint: 'Use $manifest, $config, or the name of a file',
    });
  return { manifest, config, files: new Map(Object.entries(files)) };
}

/** The error for annotations of a file that is not packed. */
export function unknownFile(file: string, known: readonly string[]): RemoraError {
  return new RemoraError(
    'INVALID_ARGUMENT',
    `annotations are given for ${JSON.stringify(file)}, which is not among the files`,
    {
      found: file,
      candidates: known,
      hint: 'Write the file as it is written in the command',
    },
  );
}
