import type { Note } from './preview.js';

/** The mark of all that is signed. */
export const UNVERIFIED: Note = {
  level: 'warning',
  text: 'Not verified: this page shows what the document says, and checks no signature. remora verify does.',
};
