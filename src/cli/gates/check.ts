import type { CheckResult } from '../../operations/check/schema.js';
import type { Gate } from './gate.js';

const MARKS = { error: '❌ error', warning: '⚠️ warning', note: 'note' } as const;

/** `check`, with every outcome. */
export function checkGate({ reference, findings, fixed = [], incomplete, dryRun }: CheckResult): Gate {
  // A dry run repairs nothing: planned repairs are still wrong.
  const wrong = dryRun ? [...findings, ...fixed] : findings;
  return {
    subject: reference,
    lacks: [
      ...wrong
        .filter(({ severity }) => severity === 'error')
        .map(({ code, message }) => `${code} in ${reference}: ${message}`),
      ...incomplete.map(({ way, error }) => `could not check ${way}: ${error.message}`),
    ],
    tables: () => [
      {
        heading: ['Severity', 'Code', 'Finding'],
        rows: wrong.map((one) => [MARKS[one.severity], one.code, one.message]),
      },
      {
        heading: ['Not checked', 'Why'],
        rows: incomplete.map(({ way, error }) => [way, error.message]),
      },
    ],
  };
}
