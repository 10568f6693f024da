import { describe, expect, it } from 'vitest';
import { gitFault, nameKey, refuseHidden } from '../../../src/io/files/same-name.js';

describe('nameKey', () => {
  it.each([
    ['A.txt', 'a.txt'],
    ['Dir/FILE', 'dir/file'],
    ['caf\u00e9', 'cafe\u0301'],
    ['CAF\u00c9', 'cafe\u0301'],
    ['stra\u00dfe', 'STRASSE'],
    ['STRA\u1e9eE', 'stra\u00dfe'],
    ['\u212a', 'k'],
    ['\ufb01le', 'FILE'],
    ['\u03c3\u03b1\u03c2', '\u03a3\u0391\u03a3'],
    ['\u0130', 'i\u0307'],
    ['a\u0323\u0307', 'a\u0307\u0323'],
    ['\uac00', '\u1100\u1161'],
    ['a\u200cb', 'ab'],
    ['\ufeffa', 'a'],
    ['a.', 'a'],
    ['d. /a .', 'd/a'],
  ])('is one for %j and %j', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it.each([
    ['a', 'b'],
    ['a', 'a/a'],
    ['a/b', 'a.b'],
    ['cafe', 'caf\u00e9'],
    ['o', '\u00f8'],
    ['a', '\u0430'],
    ['a', '\uff41'],
    ['a b', 'ab'],
    ['.a', 'a'],
  ])('tells %j from %j', (one, other) => {
    expect(nameKey(one)).not.toBe(nameKey(other));
  });
});

describe('gitFault', () => {
  it.each([
    ...['.git', '.GIT/config', 'a/.Git/hooks/x', 'a/b/.gIt', '.git /config', '.git./config', '.git.. ./x'],
    ...['git~1/hooks/x', 'GIT~2', '.git::$INDEX_ALLOCATION/config', '.git:x', '.git . ::$DATA', 'git~1:a'],
    ...['.g\u200cit/config', '\ufeff.git', '.git\u200d/x', '.\u202egit', '.g\u00adit', '.g\u0131t/x', 'git~1 ./x'],
  ])('finds %j', (name) => {
    expect(gitFault(name)).toContain('belongs to git');
  });

  it.each(['.gitignore', '.github/x', 'git', 'a.git', 'x/.gitattributes', 'git~', 'git~x', '.git2', '. git', 'dgit~1'])(
    'leaves %j',
    (name) => {
      expect(gitFault(name)).toBeUndefined();
    },
  );
});

describe('refuseHidden', () => {
  it.each(['.bashrc', 'a/.npmrc', '.ssh/x', '-rf', '~', '~root/x', 'a/-x', '\u200b.profile', '\ufeff~'])(
    'refuses %j, with the way out',
    (name) => {
      expect(() => refuseHidden(name)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', hint: expect.stringContaining('-o DIR') }),
      );
    },
  );

  it.each(['a', 'a.b', 'a/b.', 'a-', 'a~', 'x~1/y', ' .a'])('takes %j', (name) => {
    expect(() => refuseHidden(name)).not.toThrow();
  });
});
