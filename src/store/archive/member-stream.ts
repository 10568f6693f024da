import { addAbortSignal, type Readable } from 'node:stream';
import { handled } from '../../io/async/handled.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { TAR_END, tarPadding } from '../../io/tar/header.js';
import type { CallOptions, WriteArchiveOptions } from '../interfaces/store.js';
import type { Member } from './members.js';

type Options = Pick<WriteArchiveOptions, 'signal' | 'onWritten'>;

/** So much before the end of a member the next one is opened: a connection that waits for long would be closed. */
const AHEAD_BYTES = 4 * 1024 * 1024;

/**
 * The whole archive as one stream, with one member opened ahead. Not more: a source that grants one request at a time
 * would give that one to the wrong member.
 */
export async function* tarBytes(
  members: readonly Member[],
  options: Options = {},
): AsyncGenerator<Buffer, void, undefined> {
  let next: Promise<Readable> | undefined;
  try {
    for (const [index, member] of members.entries()) {
      const content = next ?? openMember(member, options);
      next = undefined;
      const following = members[index + 1];
      let left = member.header.length + member.size;
      for await (const chunk of memberBytes(member, content, options)) {
        left -= chunk.length;
        if (following !== undefined && left <= AHEAD_BYTES) next ??= openMember(following, options);
        yield chunk;
      }
    }
    yield TAR_END;
  } finally {
    next?.then(
      (stream) => stream.destroy(),
      () => {},
    );
  }
}

/** Header, content and padding of one member. */
export async function* memberBytes(
  member: Member,
  content: Promise<Readable>,
  { signal, onWritten }: Options,
): AsyncGenerator<Buffer, void, undefined> {
  const stream = await content;
  try {
    throwIfInterrupted(signal);
    yield member.header;
    for await (const chunk of stream) yield chunk;
  } finally {
    stream.destroy();
  }
  yield tarPadding(member.size);
  if (member.blob !== undefined) onWritten?.(member.blob);
}

/** Opens a member, which may wait for its reader: a failure until then is for that reader, and for nobody else. */
export function openMember(member: Member, { signal }: CallOptions): Promise<Readable> {
  const opening = member.open({ signal }).then((stream) => {
    stream.on('error', () => {});
    return signal === undefined ? stream : addAbortSignal(signal, stream);
  });
  return handled(opening);
}
