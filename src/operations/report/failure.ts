import { type ErrorFields, errorFields } from '../../errors.js';
import { redact } from '../../io/redact.js';

/** The fields of an error for a row, without secrets. */
export function safeFields(error: unknown): ErrorFields {
  const fields = errorFields(error);
  return { ...fields, message: redact(fields.message) };
}
