import { string as arg, integer as integerArg } from '@oclif/core/args';
import { boolean, integer, string, url } from '@oclif/core/flags';
import { parse } from '@oclif/core/parser';
import { describe, expect, it } from 'vitest';
import { parserMessage } from '../../../src/cli/output/parser-message.js';
import { noTerminal, onTerminal } from '../../support/terminal.js';

/** The message for words that oclif itself refuses. */
async function messageFor(argv: string[], flags: object, args: object = {}): Promise<string> {
  const error: unknown = await parse(argv, { flags: { ...flags }, args: { ...args }, strict: true }).then(
    () => new Error('oclif took it'),
    (failure: unknown) => failure,
  );
  if (!(error instanceof Error)) throw new Error('no error');
  return parserMessage(error);
}

const tree = () => ({
  recursive: boolean({ char: 'r' }),
  depth: integer({ min: 1, max: 9 }),
  color: boolean({ allowNo: true }),
});

describe('words of ours for what oclif refuses', () => {
  it.each<[string[], object, object, string]>([
    [
      ['--a', '--b', 'x\ny'],
      { a: boolean({ exclusive: ['b'] }), b: string({ exclusive: ['a'] }) },
      {},
      '--a and --b exclude each other',
    ],
    [['--a'], { a: boolean({ dependsOn: ['b', 'c'] }), b: string(), c: string() }, {}, '--a needs --b and --c'],
    [
      ['--a'],
      { a: boolean({ relationships: [{ type: 'some', flags: ['b', 'c'] }] }), b: string(), c: string() },
      {},
      '--a needs --b or --c',
    ],
    [['--a'], { a: boolean({ relationships: [{ type: 'all', flags: ['b'] }] }), b: string() }, {}, '--a needs --b'],
    [
      ['--a', '--b'],
      { a: boolean({ relationships: [{ type: 'none', flags: ['b'] }] }), b: boolean() },
      {},
      '--b and --a exclude each other',
    ],
    [['--a', '--b'], { a: boolean({ combinable: ['c'] }), b: boolean(), c: boolean() }, {}, '--a goes with --c alone'],
    [[], { a: boolean({ exactlyOne: ['a', 'b'] }), b: boolean() }, {}, 'one flag is missing: --a or --b'],
    [
      [],
      { a: boolean({ atLeastOne: ['a', 'b', 'c'] }), b: boolean(), c: boolean() },
      {},
      'a flag is missing: --a, --b or --c',
    ],
    [['--a', '--b'], { a: boolean({ exactlyOne: ['a', 'b'] }), b: boolean() }, {}, '--b and --a exclude each other'],
    [
      [],
      { a: string({ required: true }), b: string({ required: true }) },
      {},
      'flag --a is missing; flag --b is missing',
    ],
    [
      [],
      {},
      { place: arg({ required: true, ignoreStdin: true, description: 'where: a, b' }) },
      'argument PLACE is missing',
    ],
    [['x', 'y', 'z'], {}, { place: arg() }, 'unexpected arguments y, z'],
    [['--a', '1', '--a', '2'], { a: string() }, {}, '--a is given more than once'],
    [['--a'], { a: string() }, {}, '--a needs a value'],
    [['--a'], { a: string({ options: ['x', 'y'] }) }, {}, '--a needs a value: one of x, y'],
    [['--a', 'z'], { a: string({ options: ['x', 'y'] }) }, {}, '--a is "z", wanted one of x, y'],
    [['--a', 'z'], { a: url() }, {}, '--a is "z", wanted a valid url'],
    [['--depth', 'z'], tree(), {}, '--depth is "z", wanted an integer'],
    [['--depth', '10'], tree(), {}, '--depth is "10", wanted an integer less than or equal to 9'],
    [['z'], {}, { place: arg({ options: ['x', 'y'] }) }, 'argument is "z", wanted one of x, y'],
    [['z'], {}, { depth: integerArg() }, 'argument is "z", wanted an integer'],
    [['--verbose', '-q'], tree(), {}, 'unknown flags --verbose, -q'],
    [['--password=s3cret, too'], tree(), {}, 'unknown flag --password'],
    [['--password=s3cret', '--token=a=b, c'], tree(), {}, 'unknown flags --password, --token'],
    [['--recursive=false'], tree(), {}, 'unexpected argument false: --recursive takes no value'],
    [['--no-color=true', 'x'], tree(), { place: arg() }, 'unexpected argument x: --no-color takes no value'],
  ])('%j', async (argv, flags, args, words) => {
    expect(await messageFor(argv, flags, args)).toBe(words);
  });

  it('are the same with colours', () => {
    const dim = (text: string) => `\u001b[2m${text}\u001b[22m`;
    const one = dim('--all=true cannot also be provided when using --latest');
    expect(parserMessage(new Error(`The following error occurred:\n  ${one}\nSee more help with --help`))).toBe(
      '--all and --latest exclude each other',
    );
    const two = dim('Missing required flag a\n  All of the following must be provided when using --b: --c');
    expect(parserMessage(new Error(`The following errors occurred:\n  ${two}`))).toBe(
      'flag --a is missing; --b needs --c',
    );
  });

  it.skipIf(noTerminal)('come to a terminal', async () => {
    for (const [words, message] of [
      ['pull --stdout --no-clobber x.example/a', '--no-clobber and --stdout exclude each other'],
      ['check --deep --quick x.example/a', '--quick and --deep exclude each other'],
      ['inspect --username ann x.example/a', '--username needs --password-stdin'],
      ['serve --key-file k.pem .', '--key-file needs --cert-file'],
      ['copy --to-cert-file c.pem a.example/b c.example/d', '--to-cert-file needs --to-key-file'],
    ] as const) {
      for (const env of [process.env, { ...process.env, FORCE_COLOR: '1' }]) {
        const { code, output } = await onTerminal(words, [], { env });
        expect(code).toBe(2);
        expect(output).toContain(message);
        expect(output).not.toMatch(/u001b|=true|must be provided|cannot also/);
      }
    }
  });
});
