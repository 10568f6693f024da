import { beforeAll, describe, expect, it } from 'vitest';
import { loadWidths, widthOf } from '../../../src/cli/output/width.js';
import { type Moving, progressLine } from '../../../src/cli/progress/line.js';

beforeAll(() => loadWidths('日本'));

const MB = 1_000_000;
const moving: Moving = { verb: 'uploading', name: 'model.bin', bytes: 12.3 * MB, total: 27 * MB, speed: 4.1 * MB };

describe('the line of content on its way', () => {
  it('has its way, name, share, speed and time left, and what more has room', () => {
    expect(progressLine(moving, 120)).toBe(
      'uploading    model.bin                         [#########-----------]   45%  12.3 MB of 27.0 MB   4.1 MB/s  4 s left',
    );
    expect(progressLine(moving, 80)).toBe(
      'uploading    model.bin             [#####-------]   45%   4.1 MB/s  4 s left',
    );
    expect(progressLine(moving, 60)).toBe('uploading    model.bin          45%   4.1 MB/s  4 s left');
    expect(progressLine(moving, 50)).toBe('uploading    model.bin           45%  4 s left');
    expect(progressLine(moving, 34)).toBe('uploading    model.bin        45%');
  });

  it('shows the first digits of a digest, and a title without what acts on a terminal', () => {
    expect(progressLine({ ...moving, name: `sha256:${'0123456789abcdef'.repeat(4)}` }, 60)).toContain(
      ' 0123456789ab  ',
    );
    const line = progressLine({ ...moving, name: 'a\u001b[2J\n\r\u202eb' }, 200);
    expect(line).toContain('a\\u001b[2J\\u000a\\u000d\\u202eb');
  });

  it('keeps its columns while the numbers change', () => {
    const at = (share: number, speed: number | undefined) =>
      progressLine({ ...moving, bytes: share * 27 * MB, speed }, 80).indexOf('%');
    expect(new Set([at(0, undefined), at(0.001, 0), at(0.5, 1), at(1, 99.4 * MB)])).toEqual(new Set([at(0.1, 5)]));
  });

  it.each([
    [59, '59 s left'],
    [60, '1 min left'],
    [61, '2 min left'],
    [3600, '1 h left'],
    [100 * 3600, '5 d left'],
  ])('tells that %i seconds are left: %s', (seconds, words) => {
    expect(progressLine({ ...moving, bytes: 0, total: seconds * MB, speed: MB }, 80)).toMatch(
      new RegExp(` {2}${words}$`),
    );
  });

  it('tells no time while it is not known', () => {
    for (const speed of [undefined, 0]) expect(progressLine({ ...moving, speed }, 80)).not.toContain('left');
    const endless = progressLine({ ...moving, total: undefined }, 120);
    expect(endless).toMatch(/^uploading {4}model\.bin .* 12\.3 MB {3}4\.1 MB\/s$/);
    expect(endless).not.toMatch(/%|left/);
  });

  it('is narrower than the terminal, whatever its name is', () => {
    const names = [
      '',
      'x',
      'x'.repeat(300),
      '日本語のとても長いファイル名.tar.gz'.repeat(3),
      '👩‍👩‍👧‍👦'.repeat(40),
      'e\u0301'.repeat(90),
    ];
    for (const name of names)
      for (const columns of [1, 2, 9, 20, 33, 34, 35, 46, 47, 48, 60, 61, 80, 95, 96, 97, 120, 200])
        for (const total of [undefined, 0, 27 * MB, 9e15])
          expect(widthOf(progressLine({ ...moving, name, total }, columns))).toBeLessThan(Math.max(columns, 2));
  });
});
