import { RemoraError } from '../../errors.js';
import type { Kind, KindRow } from '../../formats/kinds/kind.js';
import { kindRow } from '../../formats/kinds/kind-of.js';
import { KIND_TABLE } from '../../formats/kinds/table.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import type { KindsResult, KnownValue } from './schema.js';

/** Options of {@link listKinds}. */
export interface ListKindsOptions {
  /** Only rows of this kind. @default all */
  readonly kind?: Kind | undefined;
  /** Only the row for this media type, predicate type or suffix of a tag of cosign. @default all */
  readonly value?: string | undefined;
}

/**
 * The table that maps types to kinds, or its row for a value.
 *
 * @throws RemoraError `NO_MATCH` when the table has no row for `value`
 */
export function listKinds({ kind, value }: ListKindsOptions = {}): KindsResult {
  const row = value === undefined ? undefined : rowOf(value);
  if (value !== undefined && row === undefined) {
    throw new RemoraError('NO_MATCH', `${quote(value)} is not a type or predicate of a known kind`, {
      found: value,
      hint: 'See all known values with "remora kinds"',
    });
  }
  const kinds = (row === undefined ? KIND_TABLE : [row]).filter((each) => kind === undefined || each.kind === kind);
  if (value !== undefined && kinds.length === 0) {
    throw new RemoraError('NO_MATCH', `${quote(value)} is ${row?.kind ?? 'a wrapper'}, wanted ${kind}`, {
      found: row?.kind ?? 'wrapper',
      hint: 'Leave out --kind',
    });
  }
  return { kinds: kinds.map(printed) };
}

function printed({ where, value, kind, format }: KindRow): KnownValue {
  return given({ where, value, kind, format });
}

/** Media types first. The row for any predicate applies only to URIs. */
function rowOf(value: string): KindRow | undefined {
  const predicate = kindRow('predicate', value);
  return (
    kindRow('type', value) ??
    kindRow('cosign-tag', value) ??
    (predicate?.value !== '*' || value.includes('://') ? predicate : undefined)
  );
}
