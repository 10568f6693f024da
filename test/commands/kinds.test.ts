import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { KIND_TABLE } from '../../src/formats/kinds/table.js';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { failureHere, runHere } from './support/in-process.js';
import { failure, success } from './support/run.js';

const cwd = tmpdir();

async function lines(...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runHere(['kinds', ...words], cwd);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

async function json(...words: string[]) {
  const { code, stdout } = await runHere(['kinds', ...words, '--json'], cwd);
  expect(code).toBe(0);
  return resultSchemas.kinds.parse(JSON.parse(stdout)).kinds;
}

describe('kinds', () => {
  it('prints the whole table, a line for each row', async () => {
    const [heading, ...rows] = await lines();
    expect(heading).toMatch(/^KIND +FORMAT +WHERE +VALUE$/);
    expect(rows.map((row) => row.split(/ +/))).toEqual(
      KIND_TABLE.map(({ kind = '-', format = '-', where, value }) => [kind, format, where, value]),
    );
  });

  it('has the same in JSON, without a kind for wrappers', async () => {
    expect(await json()).toEqual(JSON.parse(JSON.stringify(KIND_TABLE)));
    const [bundle] = await json('application/vnd.dev.sigstore.bundle.v0.3+json');
    expect(bundle).toEqual({ where: 'type', value: 'application/vnd.dev.sigstore.bundle*', format: 'sigstore-bundle' });
  });

  it('shows one kind alone', async () => {
    const rows = await json('--kind', 'vex');
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.every(({ kind }) => kind === 'vex')).toBe(true);
  });

  it.each([
    ['application/spdx+json', 'type', 'sbom'],
    ['application/vnd.kitops.modelkit.config.v1+json', 'type', 'model'],
    ['https://slsa.dev/provenance/v1', 'predicate', 'provenance'],
    ['cosign.sigstore.dev/attestation/vuln/v1', 'predicate', 'scan'],
    ['https://example.com/my-own', 'predicate', 'attestation'],
    ['.sig', 'cosign-tag', 'signature'],
  ])('tells what %s is', async (value, where, kind) => {
    expect(await json(value)).toMatchObject([{ where, kind }]);
    const [, row, ...more] = await lines(value);
    expect(more).toEqual([]);
    expect(row).toMatch(new RegExp(`^${kind} `));
  });

  it.each(['application/json', 'example.com/my-own', 'sbom', '', '*', '\u001b[2J'])(
    'ends with 3 for %j, of which nothing is known',
    async (value) => {
      const error = await failureHere(3, ['kinds', value], cwd);
      expect(error).toMatchObject({ code: 'NO_MATCH', found: value });
      expect(error.text).not.toContain('\u001b[2J');
    },
  );

  it('ends with 3 for a type of another kind, and with 2 for a kind that there is not', async () => {
    const other = await failureHere(3, ['kinds', 'text/spdx', '--kind', 'vex'], cwd);
    expect(other).toMatchObject({ code: 'NO_MATCH', message: '"text/spdx" is sbom, wanted vex' });
    expect(await failureHere(2, ['kinds', '--kind', 'thing'], cwd)).toMatchObject({
      message: expect.stringMatching(/^--kind is "thing", wanted one of sbom, signature, /),
    });
  });

  it('is a command of the program', async () => {
    const { stdout } = await success(['kinds', 'application/wasm'], { cwd });
    expect(stdout).toBe('KIND  FORMAT  WHERE  VALUE\nwasm  -       type   application/wasm\n');
    expect(await failure(3, ['kinds', 'a/b'], { cwd })).toMatchObject({ code: 'NO_MATCH' });
  });
});
