import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { errorJson, errorText, toRemoraError } from '../../../src/cli/output/error.js';
import { parserMessage } from '../../../src/cli/output/parser-message.js';
import { RemoraError } from '../../../src/errors.js';

// A stream that is no terminal, whatever the tests run in.
const stream = Object.assign(Object.create(process.stderr), { isTTY: false });
const textOf = (error: RemoraError) => errorText(error, 'remora', stream);

describe('an error as text', () => {
  it('is what happened and the next step', () => {
    const error = new RemoraError('NOT_FOUND', 'a.txt does not exist', { hint: 'Check the path' });
    expect(textOf(error)).toBe('remora: error: a.txt does not exist\n  Check the path\n');
    expect(textOf(new RemoraError('IO', 'disk is full'))).toBe('remora: error: disk is full\n');
  });

  it('lists candidates where there is a choice, up to 20', () => {
    const candidates = Array.from({ length: 23 }, (_, n) => `c${n}`);
    const lines = textOf(new RemoraError('AMBIGUOUS', 'which one', { candidates, hint: 'Choose' })).split('\n');
    expect(lines.slice(0, 3)).toEqual(['remora: error: which one', '  c0', '  c1']);
    expect(lines.slice(20)).toEqual(['  c19', '  … and 3 more', '  Choose', '']);
    expect(textOf(new RemoraError('NOT_FOUND', 'no tag', { candidates }))).toBe('remora: error: no tag\n');
  });

  it('shows candidates in columns that fit a terminal, and as they are in a pipe', () => {
    const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
    const candidates = [
      `sbom  spdx  a-file-with-a-name-that-is-rather-long.spdx.json  2026-11-24T12:00:00Z  -  ${digest('a')}`,
      `scan  sarif  b.sarif  2026-11-25T12:00:00Z  -  ${digest('b')}`,
    ];
    const error = new RemoraError('AMBIGUOUS', 'which one', { candidates });
    expect(textOf(error)).toBe(`remora: error: which one\n${candidates.map((one) => `  ${one}\n`).join('')}`);
    const shown = (columns: number) =>
      stripVTControlCharacters(
        errorText(error, 'remora', Object.assign(Object.create(process.stderr), { isTTY: true, columns })),
      )
        .split('\n')
        .slice(1, 3);
    expect(shown(80)).toEqual([
      '  sbom  spdx   a-file-with-a-…long.spdx.json  2026-11-24T12:00:00Z  aaaaaaaaaaaa',
      '  scan  sarif  b.sarif                        2026-11-25T12:00:00Z  bbbbbbbbbbbb',
    ]);
    for (const width of [20, 30, 40, 60, 80, 120])
      for (const [index, line] of shown(width).entries()) {
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).toMatch(index === 0 ? / a{8}/ : / b{8}/);
      }
  });

  it('is one line that acts on no terminal', () => {
    expect(textOf(new RemoraError('IO', 'a\n\u001b[2Jb', { hint: '\u009b' }))).toBe(
      'remora: error: a\\u000a\\u001b[2Jb\n  \\u009b\n',
    );
  });
});

describe('an error as JSON', () => {
  it('has the fields that are known, in one order', () => {
    const details = { hint: 'h', candidates: ['c'], status: 404, found: 1, expected: 'e', cause: new Error('hidden') };
    expect(JSON.stringify(errorJson(new RemoraError('NOT_FOUND', 'm', details)))).toBe(
      '{"error":{"code":"NOT_FOUND","message":"m","expected":"e","found":1,"status":404,"candidates":["c"],"hint":"h"}}',
    );
    expect(errorJson(new RemoraError('IO', 'm', { candidates: [] }))).toEqual({ error: { code: 'IO', message: 'm' } });
  });
});

describe('a secret', () => {
  it.each([
    ['https://me:pass1@host/x is no reference', 'https://***@host/x is no reference'],
    ['https://:pass1@host', 'https://***@host'],
    ['registry said: Basic cm9ib3Q6cGFzczE=', 'registry said: Basic ***'],
    ['got authorization=bearer eyJh.bGci0.x-_~', 'got authorization=bearer ***'],
    ['basic authentication is refused', 'basic authentication is refused'],
    [
      'localhost:5000/a@sha256:12 and http://localhost:5000/a@b',
      'localhost:5000/a@sha256:12 and http://localhost:5000/a@b',
    ],
  ])('%s', (message, shown) => {
    const error = new RemoraError('INVALID_ARGUMENT', message, { found: message });
    expect(textOf(error)).toBe(`remora: error: ${shown}\n`);
    expect(errorJson(error)).toEqual({ error: { code: 'INVALID_ARGUMENT', message: shown, found: shown } });
  });
});

describe('toRemoraError', () => {
  it('keeps ours, asks for a report of what nobody foresaw, and points to the help of the command', () => {
    const ours = new RemoraError('BUSY', 'm');
    expect(toRemoraError(ours, 'remora', 'push')).toBe(ours);
    expect(toRemoraError(new TypeError('x is not a function'), 'remora', 'push')).toMatchObject({
      code: 'IO',
      message: 'x is not a function',
      hint: expect.stringContaining('report it'),
    });
    expect(toRemoraError('text', 'remora', undefined)).toMatchObject({ code: 'IO', message: 'text' });
    const parser = Object.assign(new Error('Nonexistent flag: -x\nSee more help with --help'), { oclif: { exit: 2 } });
    expect(toRemoraError(parser, 'remora', 'repo:tags')).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'unknown flag -x',
      hint: 'See remora repo tags --help',
    });
  });
});

describe('parserMessage', () => {
  it.each([
    ['Missing required flag artifact-type', 'flag --artifact-type is missing'],
    ['Nonexistent flags: --a, -b', 'unknown flags --a, -b'],
    ['Flag --annotation expects a value', '--annotation needs a value'],
    ['Expected --format=yaml to be one of: tree, table', '--format is "yaml", wanted one of tree, table'],
    ['Parsing --depth \n\tExpected an integer but received: x', '--depth is "x", wanted an integer'],
    [
      'The following error occurred:\n  --all=true cannot also be provided when using --latest',
      '--all and --latest exclude each other',
    ],
    [
      'The following errors occurred:\n  Missing required flag a\n  Missing required flag b',
      'flag --a is missing; flag --b is missing',
    ],
    ['command a:b:c not found', '"a" is not a command'],
    ['something that oclif may say one day', 'something that oclif may say one day'],
  ])('%j', (message, words) => {
    expect(parserMessage(new Error(`${message}\nSee more help with --help`))).toBe(words);
  });

  it('does not repeat the value of a flag that excludes another', () => {
    const error = new Error(
      'The following error occurred:\n  --token=hunter2 cannot also be provided when using --name',
    );
    expect(parserMessage(error)).toBe('--token and --name exclude each other');
  });
});
