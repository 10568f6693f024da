import { expect, it } from 'vitest';
import { remora } from '../support/remora.js';
import { withImage } from './support/run.js';

// The whole program: a header that takes long to read would stop its signals, too.
it.each([
  ['spaces', `Bearer x=${' '.repeat(14_000)}a b`],
  ['commas and names', `Bearer x=${', a'.repeat(4500)} b`],
  ['quotation marks', `Bearer x=${'"\\'.repeat(7000)}`],
  ['equals signs', `Bearer ${'a='.repeat(7000)}`],
])('a challenge of 14 kB is an error that says so: %s', async (_, challenge) => {
  const { image } = await withImage({ auth: { type: 'basic', users: { ann: 'x' }, challenge } });
  const { code, stderr } = await remora(['resolve', image]);
  expect({ code, stderr }).toMatchObject({ code: 5 });
  expect(stderr).toMatch(/asks for a login with a WWW-Authenticate header of 1\d{4} characters, wanted at most 4096/);
});

it('a challenge of 14 kB does not hide another one', async () => {
  const long = `Bearer realm="${'a'.repeat(14_000)}"`;
  const { image } = await withImage({
    auth: { type: 'basic', users: { ann: 'x1y2z3' }, challenge: [long, 'Basic realm="a"'] },
  });
  const { code, stderr } = await remora(['resolve', image, '--username', 'ann', '--password-stdin'], {
    input: 'x1y2z3',
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
