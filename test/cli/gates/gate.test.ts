import { afterEach, describe, expect, it, vi } from 'vitest';
import { gateText, lackLines } from '../../../src/cli/gates/gate.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { commandsIn } from '../../support/workflow-log.js';

afterEach(() => vi.unstubAllEnvs());

const stream = (isTTY: boolean) => Object.assign(Object.create(process.stderr), { isTTY });
const digestOf = (digit: string) => parseDigest(`sha256:${digit.repeat(64)}`);
const root = { reference: `ghcr.io/acme/app@${digestOf('0')}`, digest: digestOf('0') };

const textOf = (lacks: readonly string[], isTTY = false) =>
  gateText({ subject: 'x', lacks }, { bin: 'remora', title: 'remora verify', stream: stream(isTTY) });

describe('the lines of what is missing', () => {
  it('say what is missing where, and why', () => {
    const lacks = [
      { wanted: 'signature', digest: digestOf('1'), platform: 'linux/arm64' },
      { wanted: 'sbom@spdx', digest: root.digest },
      { wanted: 'sbom', digest: digestOf('2') },
      { wanted: 'vex', digest: digestOf('1'), platform: 'linux/arm64', onIndex: true as const },
      { wanted: 'verified sbom', digest: digestOf('1'), platform: 'linux/arm64', why: 'another key signed it' },
    ];
    expect(lackLines(root, lacks)).toEqual([
      `no signature on linux/arm64 of ${root.reference}`,
      `no sbom@spdx on ${root.reference}`,
      `no sbom on ${digestOf('2')} of ${root.reference}`,
      `no vex on linux/arm64 of ${root.reference}: the index alone has it`,
      `no verified sbom on linux/arm64 of ${root.reference}: another key signed it`,
    ]);
  });

  it('are shared by platforms that lack the same', () => {
    const lacks = Array.from({ length: 9 }, (_, at) => ({
      wanted: 'sbom',
      digest: digestOf('1'),
      platform: `linux/p${at}`,
    }));
    expect(lackLines(root, lacks.slice(0, 3))).toEqual([
      `no sbom on linux/p0, linux/p1 and linux/p2 of ${root.reference}`,
    ]);
    expect(lackLines(root, lacks)).toEqual([
      `no sbom on linux/p0, linux/p1, linux/p2, linux/p3, linux/p4 and 4 more of ${root.reference}`,
    ]);
  });
});

describe('the text of a gate', () => {
  const many = Array.from({ length: 30 }, (_, at) => `lack ${at}`);

  it('has at most 20 lines, and 3 on a terminal, which shows the first digits of digests', () => {
    const lines = textOf(many).split('\n');
    expect(lines.slice(18)).toEqual(['remora: error: lack 18', 'remora: error: 11 more of these', '']);
    vi.stubEnv('TERM', 'dumb');
    expect(textOf([`no sbom on ${root.reference}`, ...many], true).split('\n')).toEqual([
      'remora: error: no sbom on ghcr.io/acme/app@sha256:000000000000…',
      'remora: error: lack 0',
      'remora: error: 29 more of these',
      '',
    ]);
  });

  it('has at most 10 annotations in a job of GitHub Actions, which nothing in them can leave', () => {
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    const commands = commandsIn(textOf(many));
    expect(commands).toHaveLength(10);
    expect(commands.at(-1)?.message).toBe('21 more of these: see the log');
    expect(commandsIn(textOf(['no sbom on a\n::add-mask::b##[error]c%0A::debug::d\r::debug::e']))).toEqual([
      {
        name: 'error',
        properties: { title: 'remora verify' },
        message: 'no sbom on a\\u000a::add-mask::b##[error]c%0A::debug::d\\u000d::debug::e',
      },
    ]);
  });
});
