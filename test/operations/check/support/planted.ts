import type { FindingCode, Severity } from '../../../../src/operations/check/report/findings.js';
import type { CheckDraft } from './draft.js';
import { CONTENT } from './planted-content.js';
import { AROUND_LISTS, LAYOUT, LISTS } from './planted-layout.js';

/** A defect, and what `check` says of it: these codes, and no others. */
export interface Planted {
  readonly name: string;
  readonly finds: readonly (readonly [code: FindingCode, severity: Severity, fixable?: 'fixable'])[];
  plant(draft: CheckDraft): Promise<void>;
  /** Codes that are left, beside those that cannot be fixed. */
  readonly afterwards?: readonly FindingCode[];
}

/** All of them. A new code of `check` needs a row here. */
export const PLANTED: readonly Planted[] = [...CONTENT, ...LAYOUT, ...LISTS, ...AROUND_LISTS];
