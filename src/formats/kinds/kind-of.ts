import type { Format, Kind, KindRow, Where } from './kind.js';
import { KIND_TABLE } from './table.js';

/** The facts about an artifact that can tell its kind. */
export interface KindFacts {
  readonly artifactType?: string | undefined;
  readonly configType?: string | undefined;
  readonly layerTypes?: readonly string[] | undefined;
  /** Predicate types of in-toto statements in it. */
  readonly predicateTypes?: readonly string[] | undefined;
  /** The end of the tag of cosign that leads to it, like `.sig`. */
  readonly cosignTag?: string | undefined;
}

/** The kind of an artifact, and its formats from the outermost wrapper inwards. */
export interface KindResult {
  readonly kind: Kind | undefined;
  readonly formats: readonly Format[];
}

/** What was looked up: a list of thousands names few types, and the table has a hundred rows. */
const known = new Map<string, KindRow | undefined>();
const MAX_KNOWN = 1000;
const MAX_LENGTH = 200;

/** The row of the table for a value. */
export function kindRow(where: Where, value: string): KindRow | undefined {
  const key = `${where} ${value}`;
  if (known.has(key)) return known.get(key);
  const found = KIND_TABLE.find((row) => row.where === where && matches(row.value, value));
  if (known.size === MAX_KNOWN) known.clear();
  if (key.length <= MAX_LENGTH) known.set(key, found);
  return found;
}

/**
 * Tells what an artifact is: by its artifact type, else its config's type, else its layers' types, else cosign's tag. A
 * wrapper, such as a bundle or an in-toto statement, is what its predicate says, and an attestation where that is not
 * known.
 */
export function kindOf(facts: KindFacts): KindResult {
  const types = [facts.artifactType, facts.configType, ...(facts.layerTypes ?? [])];
  const rows = types.flatMap((value) => (value === undefined ? [] : (kindRow('type', value) ?? [])));
  const predicates = (facts.predicateTypes ?? []).flatMap((value) => kindRow('predicate', value) ?? []);
  const tag = facts.cosignTag === undefined ? undefined : kindRow('cosign-tag', facts.cosignTag);
  const decided = rows.find(({ kind }) => kind !== undefined && kind !== 'image');
  const outer = rows.find(({ kind }) => kind !== 'image');
  const inner = predicates.find(({ kind }) => kind !== 'attestation') ?? predicates[0];
  const wrapped = rows.some(({ kind }) => kind === undefined) || tag?.value === '.att';
  const kind =
    outer?.kind ??
    inner?.kind ??
    decided?.kind ??
    (wrapped ? 'attestation' : (tag?.kind ?? rows.find((row) => row.kind)?.kind));
  const formats = [...rows, ...(tag === undefined ? [] : [tag]), ...predicates].flatMap(({ format }) => format ?? []);
  return { kind, formats: [...new Set(formats)] };
}

function matches(pattern: string, value: string): boolean {
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}
