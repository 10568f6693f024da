import { expect, it } from 'vitest';
import { sameNotes } from '../../../../src/cli/output/results/attach.js';
import { parseDigest } from '../../../../src/oci/values/digest.js';

const digestOf = (character: string) => parseDigest(`sha256:${character.repeat(64)}`);
const same = (reference: string, name: string, layer: ReturnType<typeof digestOf>) => ({
  reference,
  digest: digestOf('a'),
  artifactType: 'application/spdx+json',
  title: 'a.json',
  layer,
  name,
});

it('notes the same content in a line a file, with three others at most', () => {
  const first = ['r1', 'r2', 'r3', 'r4', 'r5'].map((reference) => same(reference, 'b.json', digestOf('1')));
  const as = '(a.json, application/spdx+json)';
  expect(sameNotes({ sameContent: [...first, same('r1', 'c.json', digestOf('2'))] })).toEqual([
    `the content of b.json is attached already: r1 ${as}, r2 ${as}, r3 ${as}, 2 more`,
    `the content of c.json is attached already: r1 ${as}`,
    expect.stringContaining('detach --digest removes'),
  ]);
  expect(sameNotes({})).toEqual([]);
});
