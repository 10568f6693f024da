import { toUtc } from './date.js';
import type { JsonOutline } from './json-outline.js';
import { fits, isObject, nodeAt, textAt } from './json-path.js';
import { plainDocument, type Recognised } from './recognised.js';

/** The schema as OASIS and schemastore.org publish it; file names differ, all have this. */
const SARIF_SCHEMA = /^https?:\/\/.*\/sarif-(schema-)?2[.-]\d[\w.-]*$/;

/** SARIF (OASIS 2.1.0 and 2.2, §3.13). `"version": "2.1.0"` is in many files, so the schema, or the tool of a run, must be there. */
export function sarif({ root, cut }: JsonOutline): Recognised | undefined {
  const version = fits(/^2\.\d(\.\d|$)/, textAt(root, 'version'));
  const schema = fits(SARIF_SCHEMA, textAt(root, '$schema'));
  const runs = nodeAt(root, 'runs');
  const tool = textAt(runs, 0, 'tool', 'driver', 'name') !== undefined;
  if (!(schema && (Array.isArray(runs) || (cut && version))) && !(version && tool)) return undefined;
  const created = toUtc(textAt(runs, 0, 'invocations', 0, 'endTimeUtc'));
  return plainDocument('application/sarif+json', 'scan', 'a SARIF report', { format: 'sarif', created });
}

/** OpenVEX (OPENVEX-SPEC.md, "Document Struct Fields"): the context and the statements are required. */
export function openvex({ root, cut }: JsonOutline): Recognised | undefined {
  if (!fits(/^https:\/\/openvex\.dev\/ns(\/v[\d.]+)?$/, textAt(root, '@context'))) return undefined;
  if (!cut && !Array.isArray(nodeAt(root, 'statements'))) return undefined;
  const created = toUtc(textAt(root, 'timestamp')) ?? toUtc(textAt(root, 'last_updated'));
  return plainDocument('application/vnd.openvex+json', 'vex', 'an OpenVEX document', { format: 'openvex', created });
}

/** CSAF (OASIS 2.0, §3.2.1): `document` has the version, and a category or its tracking. */
export function csaf({ root }: JsonOutline): Recognised | undefined {
  const document = nodeAt(root, 'document');
  if (!fits(/^2\.\d$/, textAt(document, 'csaf_version'))) return undefined;
  if (textAt(document, 'category') === undefined && !isObject(nodeAt(document, 'tracking'))) return undefined;
  const created = toUtc(textAt(document, 'tracking', 'current_release_date'));
  return plainDocument('application/csaf+json', 'vex', 'a CSAF document', { format: 'csaf', created });
}
