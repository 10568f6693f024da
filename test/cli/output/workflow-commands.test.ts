import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorCommand, errorText } from '../../../src/cli/output/error.js';
import { jsonPieces, jsonText } from '../../../src/cli/output/text.js';
import { forLog, workflowCommand } from '../../../src/cli/output/workflow-commands.js';
import { RemoraError } from '../../../src/errors.js';
import { commandsIn } from '../../support/workflow-log.js';

afterEach(() => vi.unstubAllEnvs());

const stream = Object.assign(Object.create(process.stderr), { isTTY: false });

describe('a workflow command', () => {
  it('is printed in a job of GitHub Actions alone', () => {
    expect(workflowCommand('error', 'remora', 'x')).toBe('');
    expect(errorCommand(new RemoraError('IO', 'x'), 'remora')).toBe('');
    vi.stubEnv('GITHUB_ACTIONS', 'false');
    expect(workflowCommand('error', 'remora', 'x')).toBe('');
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    expect(workflowCommand('error', 'remora', 'x')).toBe('::error title=remora::x\n');
  });

  it('keeps what is told to its message and its title', () => {
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    const message = '100%\r\n::set-output name=a::b,c:d %0A::add-mask::e';
    const line = workflowCommand('warning', 'a:b,c%\n::x', message);
    expect(line).toBe(
      '::warning title=a%3Ab%2Cc%25%0A%3A%3Ax::100%25%0D%0A::set-output name=a::b,c:d %250A::add-mask::e\n',
    );
    expect(commandsIn(line)).toEqual([{ name: 'warning', properties: { title: 'a:b,c%\n::x' }, message }]);
  });

  it('has the candidates and the next step of an error as lines of its own', () => {
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    const error = new RemoraError('AMBIGUOUS', 'two\nfit', { candidates: ['a', '::b::'], hint: '##[error]c' });
    expect(commandsIn(errorCommand(error, 'remora pull'))).toEqual([
      { name: 'error', properties: { title: 'remora pull' }, message: 'two\\u000afit\na\n::b::\n##[error]c' },
    ]);
    expect(commandsIn(errorText(error, 'remora', stream))).toEqual([]);
  });
});

describe('text in the log of a job', () => {
  const hostile = [
    '::set-output name=x::y',
    '  \u00a0\u3000\t::add-mask::y',
    '\u0085::debug::y',
    'first\n::error::y\n second\r::error::z',
    '\u001b[1m::error::y\u001b[22m',
    'a ##[error]b ##[set-output name=x]y',
    '###[error]b',
    '\u2028::error::b',
    '::stop-commands::token',
  ];

  it.each(hostile)('begins no command: %j', (text) => {
    expect(forLog(text)).toBe(text);
    expect(commandsIn(text)).not.toEqual([]);
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    expect(commandsIn(forLog(text))).toEqual([]);
  });

  it('is told by JSON as well, which stays the same document everywhere', () => {
    for (const json of [jsonText(hostile), [...jsonPieces({ hostile })].join('')]) {
      expect(commandsIn(json)).toEqual([]);
      expect(Object.values(JSON.parse(json)).flat()).toEqual(hostile);
    }
  });

  it('stays as it is where it begins none', () => {
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    for (const text of ['[fd00::1]:5000/app std::string', 'a::b::c', '# [x]', '## [x]', ''])
      expect(forLog(text)).toBe(text);
  });

  it('takes no longer than it is long', () => {
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    const start = performance.now();
    for (const piece of [' ', '\n', '\u2028', '\u001b[', '\u001b[1m', '#', ':', '::']) forLog(piece.repeat(200_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
