import type { DiscoverResult } from '../../operations/discover/discover.js';
import type { Requirement, RequireOn } from '../../operations/discover/missing.js';
import type { Unasked } from '../../operations/results/incomplete.js';
import { type Gate, lackLines, markedLack, type SummaryTable, wantedWord } from './gate.js';

/** A line for each place that could not be asked. */
export function unaskedLines(incomplete: readonly Unasked[]): readonly string[] {
  return incomplete.map(({ way, error }) => `could not ask ${way}: ${error.message}`);
}

/** `discover --require`, and a list that is not complete. */
export function discoverGate(
  result: DiscoverResult,
  require: readonly Requirement[] = [],
  requireOn: RequireOn = 'any',
): Gate {
  const { reference, missing = [], incomplete } = result;
  const isMet = require.length > 0 && missing.length === 0;
  const lacks = missing.map((lack) => ({ ...lack, wanted: wantedWord(lack) }));
  return {
    subject: reference,
    // A place that was not asked could have it.
    lacks: incomplete.length === 0 ? lackLines(result, lacks) : isMet ? [] : unaskedLines(incomplete),
    tables: () => [requiredTable(result, require, requireOn)],
  };
}

function requiredTable(result: DiscoverResult, require: readonly Requirement[], requireOn: RequireOn): SummaryTable {
  const { missing = [], onIndex = [], incomplete, platforms = [] } = result;
  const counted = platforms.filter(({ isPlatform }) => isPlatform !== false);
  const holders: readonly { readonly digest: string; readonly platform?: string }[] =
    requireOn === 'index' || counted.length === 0 ? [result] : counted;
  const rows = require.flatMap((wanted) =>
    holders.map(({ digest, platform }) => {
      const isIt = (one: Partial<Requirement> & { readonly digest: string }) =>
        one.digest === digest && one.kind === wanted.kind && one.format === wanted.format;
      const lack = missing.find(isIt);
      const state =
        lack === undefined ? (onIndex.some(isIt) ? '✅ on the index' : '✅ attached') : stateOf(lack, incomplete);
      return [wantedWord(wanted), platform ?? (digest === result.digest ? '-' : digest), state];
    }),
  );
  return { heading: ['Required', 'Platform', 'State'], rows };
}

function stateOf({ onIndex }: { readonly onIndex?: true }, incomplete: readonly Unasked[]): string {
  return onIndex ? '❌ on the index alone' : markedLack({}, { incomplete });
}
