import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { withLock } from '../../../src/io/files/lock.js';
import { say, serveCommands } from './commands.js';

const commandSchema = z.object({ lock: z.string(), counter: z.string(), count: z.number() });

/** Adds one to the number in a file, under a lock, and says each number that it wrote. */
await serveCommands(async (command) => {
  const { lock, counter, count } = commandSchema.parse(command);
  for (let n = 0; n < count; n++) {
    const next = await withLock(lock, async (held) => {
      const value = Number(readFileSync(counter, 'utf8')) + 1;
      // Whoever else is in here now reads the same number.
      await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(`${counter}.${process.pid}`, String(value));
      held.assertHeld();
      renameSync(`${counter}.${process.pid}`, counter);
      return value;
    });
    say(String(next));
  }
});
