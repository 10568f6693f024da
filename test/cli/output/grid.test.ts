import { beforeAll, describe, expect, it } from 'vitest';
import { ageOf, dateOf } from '../../../src/cli/output/age.js';
import { fitted, noteText, shorten, wrapped } from '../../../src/cli/output/fit.js';
import { type Grid, gridLines, type Row, tableLines } from '../../../src/cli/output/grid.js';
import { painter } from '../../../src/cli/output/text.js';
import { loadWidths, widthOf } from '../../../src/cli/output/width.js';

const paint = (_style: unknown, text: string) => text;
const cells = (...texts: string[]) => texts.map((text) => ({ text }));

beforeAll(() => loadWidths('日本'));

it('breaks no line for its colours', () => {
  expect(wrapped(`\u001b[31m${'a'.repeat(4)}\u001b[39m ${'b'.repeat(5)}`, 10)).toHaveLength(1);
});

describe('a grid', () => {
  const grid: Grid = {
    columns: [{}, { align: 'right' }, {}, { cut: 'end' }],
    steps: [
      { column: 2, least: 8 },
      { column: 1, least: 0 },
      { column: 3, least: 4 },
      { column: 0, least: 6 },
    ],
  };
  const rows: readonly Row[] = [
    { stem: '├─ ', cells: cells('sbom', '1 B', 'a-long-name.json', '0123456789ab') },
    { stem: '│  └─ ', cells: cells('signature', '', '', 'abcdef012345') },
    { stem: '└─ ', cells: cells('vex', '96 kB', '日本語の文書.json', '999999999999') },
  ];
  const lines = (width?: number) => [...gridLines(grid, () => rows, { paint, width })];

  it('puts its cells into columns over all rows', () => {
    expect(lines()).toEqual([
      '├─ sbom            1 B  a-long-name.json   0123456789ab',
      '│  └─ signature                            abcdef012345',
      '└─ vex           96 kB  日本語の文書.json  999999999999',
    ]);
  });

  it('loses the middle of a column, leaves one out, and cuts the next', () => {
    expect(lines(50)).toEqual([
      '├─ sbom            1 B  a-long….json  0123456789ab',
      '│  └─ signature                       abcdef012345',
      '└─ vex           96 kB  日本語….json  999999999999',
    ]);
    expect(lines(41)).toEqual([
      '├─ sbom          a-lon…json  0123456789ab',
      '│  └─ signature              abcdef012345',
      '└─ vex           日本…json   999999999999',
    ]);
  });

  it.each(Array.from({ length: 60 }, (_, index) => index + 6))('fits %i columns', (width) => {
    for (const line of lines(width)) expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it('shows the end of a stem that is too long', () => {
    const deep: Row = { stem: `${'   '.repeat(30)}└─ `, cells: cells('sbom', '1 B', 'name', '0123456789ab') };
    const free: Row = { stem: `${'   '.repeat(30)}└─ `, lines: (room = 99) => [shorten('x'.repeat(200), room)] };
    const [first = '', second = ''] = gridLines(grid, () => [deep, free], { paint, width: 40 });
    expect(first).toMatch(/^… *└─ sbom +name +[0-9a-f]{4,12}$/);
    expect([first, second].map(widthOf)).toEqual([40, 40]);
  });

  it('is a table with names, and a dash where a cell is empty', () => {
    const table = () => rows.map((row) => ('cells' in row ? row.cells : []));
    expect([...tableLines(['KIND', 'SIZE', 'TITLE', 'DIGEST'], grid, table, { paint, width: undefined })]).toEqual([
      'KIND        SIZE  TITLE              DIGEST',
      'sbom         1 B  a-long-name.json   0123456789ab',
      'signature      -  -                  abcdef012345',
      'vex        96 kB  日本語の文書.json  999999999999',
    ]);
  });
});

describe('a text that is shortened', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'ab…ef'],
    ['abcdef', 2, 'a…'],
    ['abcdef', 1, '…'],
    ['abcdef', 0, ''],
    ['日本語の文書', 6, '日…書'],
    ['e\u0301e\u0301e\u0301e\u0301', 3, 'e\u0301…e\u0301'],
    ['👩\u{1f3fd}👩\u{1f3fd}👩\u{1f3fd}', 5, '👩\u{1f3fd}…👩\u{1f3fd}'],
  ])('%s in %i columns', (text, most, shown) => {
    expect(shorten(text, most)).toBe(shown);
    expect(widthOf(shown)).toBeLessThanOrEqual(most);
  });

  it('is wrapped with words that fit', () => {
    expect(wrapped('covered by sha256:0123456789abcdef', 12)).toEqual(['covered by', 'sha256…bcdef']);
  });
});

describe('an age', () => {
  const now = new Date('2026-11-27T12:00:00Z');
  it.each([
    ['2026-11-27T12:00:00Z', 'now'],
    ['2026-11-27T11:55:00Z', '5 min'],
    ['2026-11-27T10:00:00Z', '2 h'],
    ['2026-11-24T12:00:00Z', '3 d'],
    ['2026-06-20T12:00:00+02:00', '5 mo'],
    ['2024-11-20', '2 y'],
    ['1970-01-01T00:00:00Z', '56 y'],
    ['2026-11-29T13:00:00Z', 'in 2 d'],
    ['yesterday', ''],
    ['2026-99-99', ''],
    [undefined, ''],
  ])('of %s is %s', (date, age) => {
    expect(ageOf(date, now)).toBe(age);
  });

  it('is a date where it is not looked at now', () => {
    expect(dateOf('2026-06-20T12:00:00.5+02:00')).toBe('2026-06-20T10:00:00Z');
    expect(dateOf('\u001b[31m')).toBe('');
  });
});

describe('colour', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [true, { CLICOLOR: '0' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '' }, false],
    [false, { FORCE_COLOR: '3', NO_COLOR: '1', TERM: 'dumb' }, true],
    [false, { CLICOLOR_FORCE: '1' }, true],
  ])('on a terminal: %s, with %j: %s', (isTTY, env, isColoured) => {
    expect(painter({ isTTY }, env)('red', 'x') !== 'x').toBe(isColoured);
  });
});

it.each([
  [80, 'linux/amd64  0123456789ab  sbom, signature'],
  [30, 'linux/amd64  0123456789ab  s…e'],
  [27, 'linux/amd64  0123456789ab'],
  [20, 'linux/amd64'],
  [8, 'linu…d64'],
])('fits parts into %i columns, without the last where they have no room', (room, line) => {
  const parts = [{ text: 'linux/amd64' }, { text: '0123456789ab' }, { text: 'sbom, signature', least: 0 }];
  expect(fitted(parts, room, paint)).toBe(line);
});

describe('a note', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const note = `remora: warning: tag v1 stood for ${digest} before: 日本語の文書 is beside it`;

  it('is one line in a pipe, and where it has room', () => {
    expect(noteText(note, undefined)).toBe(note);
    expect(noteText('remora: short', 13)).toBe('remora: short');
  });

  it.each([20, 40, 60, 80])('is broken between words at %i columns, and has all of them', (width) => {
    const lines = noteText(note, width).split('\n');
    const isWord = (line: string) => !line.trim().includes(' ');
    expect(lines.filter((line) => widthOf(line) > width && !isWord(line))).toEqual([]);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(note);
    expect(lines.slice(1).every((line) => /^ {2}\S/.test(line))).toBe(true);
  });
});
