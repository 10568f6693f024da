import { expect, it } from 'vitest';
import { tagFailures, tagLines, tagNotes } from '../../../../src/cli/output/results/tags.js';
import { digestOf } from '../../../../src/oci/values/digest.js';
import type { TagsResult } from '../../../../src/operations/repo/schema.js';

const PIPE = { paint: (_: unknown, text: string) => text, width: undefined, isTerminal: false };
const TERMINAL = { ...PIPE, width: 80, isTerminal: true };
const digest = digestOf(Buffer.from('x'));
const result: TagsResult = {
  reference: 'example.com/app',
  tags: ['v1', 'gone\u001b[2J'],
  hidden: 2,
  limited: true,
  manifests: [
    { tag: 'v1', mediaType: 'application/x\u001b[2J', digest, size: 1234 },
    { tag: 'gone\u001b[2J', error: { code: 'NOT_FOUND', message: 'it is gone' } },
  ],
};

it('cuts digests on a terminal, and shows foreign text without controls', () => {
  expect([...tagLines(result, PIPE)]).toEqual([
    `v1             ${digest}  1.2 kB  application/x\\u001b[2J`,
    'gone\\u001b[2J  -',
  ]);
  expect([...tagLines(result, TERMINAL)][0]).toBe(`v1             ${digest.slice(7, 19)}  1.2 kB  x\\u001b[2J`);
  const { manifests: _, ...plain } = result;
  expect([...tagLines(plain, TERMINAL)]).toEqual(['v1', 'gone\\u001b[2J']);
});

it('notes what the list lacks, and fails for more than a tag that is gone', () => {
  expect(tagNotes(result)).toEqual([
    'no manifest for gone\u001b[2J: it is gone',
    'not shown: tags beyond the limit of 2',
    'not shown: tags named after a digest (2); --all shows them',
  ]);
  expect(tagNotes({ reference: 'example.com/app', tags: [], hidden: 0 })).toEqual(['example.com/app has no tags']);
  expect(tagFailures(result)).toEqual([]);
  const damaged = { tag: 'v2', error: { code: 'MALFORMED', message: 'it is not JSON' } };
  expect(tagFailures({ ...result, manifests: [damaged] })).toEqual([damaged.error]);
});
