import { archive, wasm } from './binaries.js';
import { JsonCondenser } from './condense-json.js';
import { XmlCondenser } from './condense-xml.js';
import { decodeDocument, encodingOf } from './encodings.js';
import { type JsonOutline, outlineJson } from './json-outline.js';
import { plainDocument, type Recognised } from './recognised.js';
import { csaf, openvex, sarif } from './reports.js';
import { cyclonedx, spdx, spdx3, syft } from './sboms.js';
import { coseSign1, cosignPayload, jwsCompact, jwsJson } from './signatures.js';
import { splitJson } from './split-json.js';
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
 * Recognises a file by its first bytes, 1 MiB at most; {@link lateLook} goes on behind them. Documents are text in UTF-8,
 * UTF-16, UTF-32, or the encoding that an XML declaration names.
 *
 * A document must name its format where that format's specification says so; a document that quotes such a name is not
 * recognised. The bytes are not verified, and the function never throws.
 */
export function recognise(firstBytes: Uint8Array, options: RecogniseOptions): Recognised | undefined {
  const bytes = firstBytes.subarray(0, MAX_BYTES);
  const complete = options.complete && bytes.length === firstBytes.length;
  const binary = wasm(bytes) ?? coseSign1(bytes) ?? archive(bytes);
  if (binary !== undefined) return binary;
  const text = decodeDocument(bytes, complete)?.text.trimStart();
  if (text === undefined) return undefined;
  if (text.startsWith('{')) return recogniseJson(text, complete);
  return text.startsWith('<') ? xmlDocument(text) : recogniseText(text, options.name ?? '', complete);
}

function recogniseJson(text: string, complete: boolean): Recognised | undefined {
  return recogniseDocument(text, complete) ?? inTotoBundle(documentsIn(text));
}

function recogniseDocument(text: string, complete: boolean): Recognised | undefined {
  const outline = outlineJson(text, complete);
  if (outline === undefined) return undefined;
  return firstOf(JSON_FORMATS.map((format) => () => format(outline)));
}

/** Several documents in one file: one behind the other, or in an array. */
export interface Documents {
  readonly count: number;
  /** The findings, where all are of one type; undefined where they differ, or one is not recognised. */
  readonly each: readonly Recognised[] | undefined;
}

/** The JSON documents in a text, where they are several, or in an array. */
export function documentsIn(text: string): Documents | undefined {
  const documents = splitJson(text);
  if (documents.length < (text.startsWith('[') ? 1 : 2)) return undefined;
  const found = documents.map((document) => recogniseDocument(document, true));
  const each = found.filter((one) => one !== undefined);
  const isAlike = each.length === found.length && each.every(({ mediaType }) => mediaType === each[0]?.mediaType);
  return { count: documents.length, each: isAlike ? each : undefined };
}

/** Attestations, one a line: an in-toto bundle (attestation framework, bundle.md), whose lines are envelopes. */
function inTotoBundle(documents: Documents | undefined): Recognised | undefined {
  const { each } = documents ?? {};
  const [first] = each ?? [];
  if (each === undefined || first?.format !== 'dsse' || !each.every(({ predicateType }) => predicateType))
    return undefined;
  const isOneKind = each.every(({ kind }) => kind === first.kind);
  const kind = isOneKind ? first.kind : 'attestation';
  const dates = each.flatMap(({ created }) => created ?? []).sort((a, b) => Date.parse(b) - Date.parse(a));
  const more = { format: 'in-toto', created: dates[0] } as const;
  return plainDocument('application/vnd.in-toto.bundle', kind, `an in-toto bundle (${each.length} attestations)`, more);
}

/** Takes the parts of a document whose beginning was not recognised, and recognises it at its end. */
export interface LateLook {
  /** @returns false where further parts tell nothing */
  push(bytes: Uint8Array): boolean;
  end(): Recognised | undefined;
}

/**
 * Goes on where {@link recognise} found nothing in the beginning of a file: tools write what tells a format behind all
 * results, or behind a long comment. All of the file is pushed, its beginning too; memory stays bounded.
 *
 * @returns undefined where nothing further can tell
 */
export function lateLook(firstBytes: Uint8Array): LateLook | undefined {
  const bytes = firstBytes.subarray(0, MAX_BYTES);
  const text = decodeDocument(bytes, false)?.text.trimStart() ?? '';
  const isJson = text.startsWith('{') && outlineJson(text, false) !== undefined;
  if (!isJson && !text.startsWith('<')) return undefined;
  const decode = encodingOf(bytes).decoder?.();
  const condenser = isJson ? new JsonCondenser() : new XmlCondenser();
  let isText = true;
  const push = (part: Uint8Array, isLast: boolean) => {
    const decoded = isText ? decode?.(part, isLast) : undefined;
    if (decoded === undefined) isText = false;
    else condenser.push(decoded);
    return isText && !condenser.isTooLong;
  };
  return {
    push: (part) => push(part, false),
    end() {
      if (!push(new Uint8Array(), true)) return undefined;
      const document = condenser.condensed.trimStart();
      return isJson ? recogniseDocument(document, true) : xmlDocument(document);
    },
  };
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
