import type { DocumentValue } from '../../../operations/report/document-value.js';
import type { Read } from '../model/reader.js';
import { spdxOf } from './spdx.js';

/** The parser takes about a second for each MB, in which a server answers nobody. */
export const MAX_YAML = 512 * 1024;

/**
 * SPDX 2 in YAML (2.3, annex H): the members of its JSON.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for what is not YAML, or is nested too deep
 */
export async function spdxYaml(text: string): Promise<Read | undefined> {
  const { yamlDocuments } = await import('../../../operations/report/yaml-documents.js');
  const [document] = yamlDocuments(text, 'The document');
  const value = document === undefined ? undefined : plain(document);
  return typeof value === 'object' ? spdxOf('YAML', value) : undefined;
}

/** The value as JSON would have it, with scalars as they are written. An alias is left out: nested ones multiply. */
function plain({ members, elements, text, isRepeated }: DocumentValue): object | string | undefined {
  if (isRepeated === true) return undefined;
  if (members !== undefined) return Object.fromEntries([...members()].map(([name, member]) => [name, plain(member)]));
  return elements === undefined ? text : [...elements()].map(plain);
}
