import { given } from '../../oci/values/given.js';
import type { Kind } from '../kinds/kind.js';
import { decodeText, fromBase64 } from './base64.js';
import { secondsToUtc, toUtc } from './date.js';
import { type JsonNode, type JsonOutline, outlineJson } from './json-outline.js';
import { elementsOf, fits, isObject, nodeAt, textAt } from './json-path.js';
import { kindOfPredicate, plainDocument, type Recognised, wrapperNoun } from './recognised.js';

/** The header of an in-toto statement. */
interface Statement {
  readonly kind: Kind;
  readonly predicateType?: string;
  readonly created?: string;
}

/** Where predicates have their date: SLSA 1 and 0.2, SPDX, CycloneDX, vulnerabilities, OpenVEX, VSA, cosign's own. */
const PREDICATE_DATES: readonly (readonly string[])[] = [
  ['runDetails', 'metadata', 'finishedOn'],
  ['metadata', 'buildFinishedOn'],
  ['creationInfo', 'created'],
  ['metadata', 'timestamp'],
  ['metadata', 'scanFinishedOn'],
  ['timestamp'],
  ['timeVerified'],
  ['Timestamp'],
];

/** The statement in a document (in-toto attestation framework, statement.md), bare. */
function readStatement({ root, cut }: JsonOutline): Statement | undefined {
  if (!fits(/^https:\/\/in-toto\.io\/Statement\/v\d+(\.\d+)*$/, textAt(root, '_type'))) return undefined;
  const predicateType = textAt(root, 'predicateType');
  if (predicateType === undefined && !cut) return undefined;
  const dates = PREDICATE_DATES.map((path) => toUtc(textAt(root, 'predicate', ...path)));
  const created = dates.find((date) => date !== undefined);
  return {
    kind: kindOfPredicate(predicateType),
    ...given({ predicateType, created }),
  };
}

/** The statement in a DSSE envelope, from as much of its payload as there is. */
function readPayload(outline: JsonOutline, path: readonly string[]): Statement | undefined {
  const whole = textAt(outline.root, ...path);
  const part = outline.unfinished?.path === path.join('/') ? outline.unfinished.text : '';
  const bytes = fromBase64(whole ?? part, whole !== undefined);
  const text = bytes === undefined ? undefined : decodeText(bytes, whole !== undefined);
  const inner = text === undefined ? undefined : outlineJson(text, whole !== undefined);
  return inner === undefined ? undefined : readStatement(inner);
}

/** A statement that nobody signed, as BuildKit writes it. */
export function statement(outline: JsonOutline): Recognised | undefined {
  const found = readStatement(outline);
  if (found === undefined) return undefined;
  const what = wrapperNoun('an in-toto statement', found.kind);
  return { ...plainDocument('application/vnd.in-toto+json', found.kind, what, { format: 'in-toto' }), ...found };
}

/**
 * A DSSE envelope (secure-systems-lab/dsse, envelope.md). Other things have a payload of a type, too: there must be a
 * signature, or a statement inside.
 */
export function dsse(outline: JsonOutline): Recognised | undefined {
  const { root } = outline;
  const found = readPayload(outline, ['payload']);
  const signed = textAt(root, 'payload') !== undefined && isSigned(nodeAt(root, 'signatures'));
  const typed = textAt(root, 'payloadType') !== undefined;
  if (!(typed && signed) && !(found !== undefined && (typed || outline.cut))) return undefined;
  const kind = found?.kind ?? 'attestation';
  const what = wrapperNoun('a DSSE envelope', kind);
  return { ...plainDocument('application/vnd.dsse.envelope.v1+json', kind, what, { format: 'dsse' }), ...found };
}

function isSigned(signatures: JsonNode | undefined): boolean {
  return textAt(elementsOf(signatures)[0], 'sig') !== undefined;
}

/** Bundles before 0.3 have their version as a parameter, which no descriptor may have (RFC 6838, image-spec). */
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v(\d\.\d)\+json|\+json; ?version=(\d\.\d))$/;

/** A Sigstore bundle (protobuf-specs, sigstore_bundle.proto). */
export function sigstoreBundle(outline: JsonOutline): Recognised | undefined {
  const { root } = outline;
  const [, version, parameter] = BUNDLE.exec(textAt(root, 'mediaType') ?? '') ?? [];
  if (version === undefined && parameter === undefined) return undefined;
  const envelope = isObject(nodeAt(root, 'dsseEnvelope'));
  const message = isObject(nodeAt(root, 'messageSignature'));
  if (!envelope && !message && !outline.cut) return undefined;
  const found = envelope ? readPayload(outline, ['dsseEnvelope', 'payload']) : undefined;
  const kind = message && !envelope ? 'signature' : (found?.kind ?? 'attestation');
  const logged = nodeAt(root, 'verificationMaterial', 'tlogEntries', 0, 'integratedTime');
  const created = typeof logged === 'string' || typeof logged === 'number' ? secondsToUtc(logged) : undefined;
  const type = `application/vnd.dev.sigstore.bundle.v${version ?? parameter}+json`;
  const what = wrapperNoun('a Sigstore bundle', kind);
  return { ...plainDocument(type, kind, what, { format: 'sigstore-bundle', created }), ...found };
}
