import { toUtc } from './date.js';
import type { JsonNode, JsonOutline } from './json-outline.js';
import { elementsOf, fits, isObject, nodeAt, textAt } from './json-path.js';
import { plainDocument, type Recognised } from './recognised.js';

/**
 * SPDX 2 (its JSON schema). Tools that sort names write `spdxVersion` last, behind all packages; then the document's own
 * identifier tells it, beside a second field of documents. The version alone is enough where the rest is cut off.
 */
export function spdx({ root, cut }: JsonOutline): Recognised | undefined {
  const version = textAt(root, 'spdxVersion');
  const named = textAt(root, 'SPDXID') === 'SPDXRef-DOCUMENT';
  const more = isObject(nodeAt(root, 'creationInfo')) || textAt(root, 'dataLicense') !== undefined;
  if (version === undefined ? !(cut && named && more) : !fits(/^SPDX-2\.\d{1,2}$/, version)) return undefined;
  if (!cut && !named && !more) return undefined;
  const created = toUtc(textAt(root, 'creationInfo', 'created'));
  return plainDocument('application/spdx+json', 'sbom', 'an SPDX document (JSON)', { format: 'spdx', created });
}

/** SPDX 3 (its "Model and serializations", and the registration of the media type). */
export function spdx3({ root, cut }: JsonOutline): Recognised | undefined {
  const context = nodeAt(root, '@context');
  const contexts = Array.isArray(context) ? context : [context];
  if (!contexts.some((entry) => typeof entry === 'string' && entry.startsWith('https://spdx.org/rdf/3.')))
    return undefined;
  if (!cut && !Array.isArray(nodeAt(root, '@graph')) && textAt(root, 'spdxId') === undefined) return undefined;
  const created = toUtc(createdInGraph(root));
  return plainDocument('application/spdx3+json', 'sbom', 'an SPDX 3 document (JSON)', { format: 'spdx', created });
}

/** A single element dates all that refer to it; a document of one element has it inside. */
function createdInGraph(root: JsonNode): string | undefined {
  const info = elementsOf(nodeAt(root, '@graph')).find((element) => textAt(element, 'type') === 'CreationInfo');
  return textAt(info, 'created') ?? textAt(root, 'creationInfo', 'created');
}

/** CycloneDX (its JSON schema: `bomFormat` is required and constant, `specVersion` is required). */
export function cyclonedx({ root, cut }: JsonOutline): Recognised | undefined {
  const schema = /^https?:\/\/cyclonedx\.org\/schema\/bom-1\.\d{1,2}\.schema\.json$/;
  const format = textAt(root, 'bomFormat');
  if (format === undefined ? !(cut && fits(schema, textAt(root, '$schema'))) : format !== 'CycloneDX') return undefined;
  if (!cut && textAt(root, 'specVersion') === undefined) return undefined;
  const created = toUtc(textAt(root, 'metadata', 'timestamp'));
  return plainDocument('application/vnd.cyclonedx+json', 'sbom', 'a CycloneDX document (JSON)', {
    format: 'cyclonedx',
    created,
  });
}

/**
 * Syft's own JSON. It names itself at its end, in `descriptor` and `schema`. In a document that is cut before them, the
 * first package tells it: it names the cataloger that found it.
 */
export function syft({ root, cut }: JsonOutline): Recognised | undefined {
  const [first] = elementsOf(nodeAt(root, 'artifacts'));
  const byPackage = cut && fits(/-cataloger$/, textAt(first, 'foundBy')) && Array.isArray(nodeAt(first, 'locations'));
  const bySchema = fits(/\/anchore\/syft\/.*\/schema-\d+(\.\d+)*\.json$/, textAt(root, 'schema', 'url'));
  const byName = textAt(root, 'descriptor', 'name') === 'syft' && Array.isArray(nodeAt(root, 'artifacts'));
  if (!byPackage && !bySchema && !byName) return undefined;
  const created = toUtc(textAt(root, 'descriptor', 'timestamp'));
  return plainDocument('application/vnd.syft+json', 'sbom', 'a Syft document (JSON)', { format: 'syft', created });
}
