import { predicateByMediaType } from '../kinds/predicates.js';
import { type JsonOutline, outlineJson } from './json-outline.js';
import { isObject, nodeAt, textAt } from './json-path.js';
import { lateLook, type Recognised, recognise } from './recognise.js';

/** A document's kind, and the predicate type that an attestation of it has. */
export interface RecognisedPredicate {
  /** Undefined where the document is not one that an attestation has for its predicate. */
  readonly predicateType?: string;
  /** A noun with its article: "an SPDX document (JSON)". */
  readonly what: string;
}

/** Predicates that name no format: their required members tell them. */
const BARE: readonly (readonly [predicateType: string, what: string, fits: (outline: JsonOutline) => boolean])[] = [
  [
    'https://slsa.dev/provenance/v1',
    'SLSA provenance, version 1',
    ({ root }) =>
      textAt(root, 'buildDefinition', 'buildType') !== undefined &&
      textAt(root, 'runDetails', 'builder', 'id') !== undefined,
  ],
  [
    'https://slsa.dev/provenance/v0.2',
    'SLSA provenance, version 0.2',
    ({ root }) =>
      textAt(root, 'builder', 'id') !== undefined &&
      textAt(root, 'buildType') !== undefined &&
      (isObject(nodeAt(root, 'invocation')) || Array.isArray(nodeAt(root, 'materials'))),
  ],
  [
    'https://slsa.dev/verification_summary/v1',
    'a verification summary (SLSA)',
    ({ root }) =>
      textAt(root, 'verifier', 'id') !== undefined &&
      textAt(root, 'verificationResult') !== undefined &&
      textAt(root, 'resourceUri') !== undefined,
  ],
  [
    'https://cosign.sigstore.dev/attestation/vuln/v1',
    "a scan in cosign's form",
    ({ root }) =>
      textAt(root, 'scanner', 'uri') !== undefined &&
      nodeAt(root, 'scanner', 'result') !== undefined &&
      isObject(nodeAt(root, 'metadata')),
  ],
];

/** Recognises a document that is to become a predicate; undefined for one that tells nothing. */
export function recognisePredicate(bytes: Uint8Array): RecognisedPredicate | undefined {
  const found = recogniseAll(bytes);
  if (found !== undefined) {
    const predicateType = predicateByMediaType(found.mediaType);
    return predicateType === undefined ? { what: found.what } : { predicateType, what: found.what };
  }
  const outline = outlineJson(Buffer.from(bytes).toString(), true);
  const [predicateType, what] = (outline && BARE.find(([, , fits]) => fits(outline))) ?? [];
  return predicateType === undefined || what === undefined ? undefined : { predicateType, what };
}

function recogniseAll(bytes: Uint8Array): Recognised | undefined {
  const early = recognise(bytes, { complete: true });
  const late = early === undefined ? lateLook(bytes) : undefined;
  late?.push(bytes);
  return early ?? late?.end();
}
