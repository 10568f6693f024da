import { decodeText } from './base64.js';
import { archive, wasm } from './binaries.js';
import { type JsonOutline, outlineJson } from './json-outline.js';
import type { Recognised } from './recognised.js';
import { csaf, openvex, sarif } from './reports.js';
import { cyclonedx, spdx, spdx3, syft } from './sboms.js';
import { coseSign1, cosignPayload, jwsCompact, jwsJson } from './signatures.js';
import { dsse, sigstoreBundle, statement } from './statements.js';
import { pemCertificates, spdxTagValue, spdxYaml } from './texts.js';
import { xmlDocument } from './xml.js';

export type { Recognised } from './recognised.js';

export interface RecogniseOptions {
  /** The name of the file: `.jwt` is a token, whatever else it looks like. */
  readonly name?: string | undefined;
  /** True when the bytes are all of the file. */
  readonly complete: boolean;
}

/** More is not looked at, whoever gives it. */
const MAX_BYTES = 1024 * 1024;

/** Each looks at a name of its own, so that no document fits two; wrappers come first, being what they are. */
const JSON_FORMATS: readonly ((outline: JsonOutline) => Recognised | undefined)[] = [
  sigstoreBundle,
  dsse,
  statement,
  cosignPayload,
  spdx3,
  openvex,
  spdx,
  cyclonedx,
  sarif,
  csaf,
  syft,
  jwsJson,
];

/**
 * Recognises a file by its first bytes, 1 MiB at most.
 *
 * A document must name its format where that format's specification says so; a document that quotes such a name is not
 * recognised. The bytes are not verified, and the function never throws.
 */
export function recognise(firstBytes: Uint8Array, options: RecogniseOptions): Recognised | undefined {
  const bytes = firstBytes.subarray(0, MAX_BYTES);
  const complete = options.complete && bytes.length === firstBytes.length;
  const binary = wasm(bytes) ?? coseSign1(bytes) ?? archive(bytes);
  if (binary !== undefined) return binary;
  const text = decodeText(bytes, complete)?.trimStart();
  if (text === undefined) return undefined;
  if (text.startsWith('{')) return recogniseJson(text, complete);
  return text.startsWith('<') ? xmlDocument(text) : recogniseText(text, options.name ?? '', complete);
}

function recogniseJson(text: string, complete: boolean): Recognised | undefined {
  const outline = outlineJson(text, complete);
  if (outline === undefined) return undefined;
  return firstOf(JSON_FORMATS.map((format) => () => format(outline)));
}

function recogniseText(text: string, name: string, complete: boolean): Recognised | undefined {
  return firstOf([
    () => pemCertificates(text),
    () => spdxTagValue(text),
    () => spdxYaml(text),
    () => (name.toLowerCase().endsWith('.jwt') ? undefined : jwsCompact(text, complete)),
  ]);
}

function firstOf<T>(attempts: readonly (() => T | undefined)[]): T | undefined {
  for (const attempt of attempts) {
    const found = attempt();
    if (found !== undefined) return found;
  }
  return undefined;
}
