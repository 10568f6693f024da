import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeMember, setMember } from '../../../src/oci/text/json-edit.js';

describe('the text of an object', () => {
  it.each([
    ['{}', '{"k":1}'],
    [' { }\n', ' {"k":1}\n'],
    ['{"a":2}', '{"a":2,"k":1}'],
    ['{ "a" : [1, 2] }', '{ "a" : [1, 2], "k" : 1 }'],
    ['{\n  "a": "\\u003c",\n  "b": {}\n}\n', '{\n  "a": "\\u003c",\n  "b": {},\n  "k": 1\n}\n'],
    ['{"k":{"x":1},"a":1}', '{"k":1,"a":1}'],
  ])('takes a member: %j', (before, after) => {
    expect(setMember(before, 'k', '1')).toBe(after);
    if (!before.includes('"k"')) expect(JSON.parse(removeMember(after, 'k'))).toEqual(JSON.parse(before));
    if (before.includes('"a":2') || before.includes('\n  ')) expect(removeMember(after, 'k')).toBe(before);
  });

  it.each([
    ['{"b":1}', '{"k":1,"b":1}'],
    ['{\n  "b": 1\n}', '{\n  "k": 1,\n  "b": 1\n}'],
    ['{"a":1,\n"b":1}', '{"a":1,"k":1,\n"b":1}'],
  ])('takes a member before another: %j', (before, after) => {
    expect(setMember(before, 'k', '1', 'b')).toBe(after);
    expect(removeMember(after, 'k')).toBe(before);
  });

  it('is whole after any edit', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'a', '}', '{', '"', ',', ':', '\\', '$&'));
    const object = fc.dictionary(key, fc.jsonValue());
    fc.assert(
      fc.property(object, key, fc.string(), fc.constantFrom(undefined, 1, '\t'), (value, name, text, space) => {
        const before = JSON.stringify(value, null, space);
        const expected = new Map(Object.entries(JSON.parse(before)));
        const after = setMember(before, name, JSON.stringify(text));
        expect(new Map(Object.entries(JSON.parse(after)))).toEqual(expected.set(name, text));
        expected.delete(name);
        expect(new Map(Object.entries(JSON.parse(removeMember(after, name))))).toEqual(expected);
      }),
    );
  });

  it('is refused where it is not an object, or has a name twice', () => {
    for (const text of ['[]', '1', '{', '{"a":1,"a":2}']) expect(() => setMember(text, 'a', '1')).toThrow();
  });
});
