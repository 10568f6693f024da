import type { Note, Part } from '../model/preview.js';
import { facts, type Reader, type Within } from '../model/reader.js';
import { cell, columns, table } from '../model/table.js';
import { at, listAt, textAt } from '../model/values.js';
import { digestsOf } from './provenance.js';

const UNSIGNED: Note = {
  level: 'warning',
  text: 'Not signed, and not verified: anybody who may write to the repository can have made this statement.',
};

/** An in-toto statement (attestation framework, statement.md): its subjects, and the predicate as a document. */
export const statement: Reader = (document, within) => {
  if (!/^https:\/\/in-toto\.io\/Statement\/v\d/.test(textAt(document, '_type'))) return undefined;
  return {
    what: 'an in-toto statement',
    notes: within.isSigned ? [] : [UNSIGNED],
    parts: [
      ...facts('Statement', [['Predicate type', textAt(document, 'predicateType')]]),
      table(
        { title: 'Subjects', nouns: ['subject', 'subjects'], columns: columns('Name', ['Digest', 'code']) },
        listAt(document, 'subject'),
        (subject) => [cell(textAt(subject, 'name')), cell(digestsOf(at(subject, 'digest')))],
      ),
      ...predicate(document.predicate, within),
    ],
  };
};

/** The predicate; cosign writes some documents as text in `Data`. */
function predicate(value: unknown, within: Within): readonly Part[] {
  if (value === undefined) return [];
  const data = textAt(value) || textAt(value, 'Data');
  const preview = data === '' ? within.value(value) : within.bytes(Buffer.from(data));
  return [{ type: 'inner', title: 'Predicate', preview }];
}
