import { z } from 'zod';
import { attach } from '../../../src/operations/attach/attach.js';
import { detach } from '../../../src/operations/detach/detach.js';
import { deleteTag } from '../../../src/operations/manifest/delete-manifest.js';
import { push } from '../../../src/operations/push/push.js';
import { tag } from '../../../src/operations/tag/tag.js';
import { say, serveCommands } from './commands.js';

const commandSchema = z.object({ layout: z.string(), label: z.string(), count: z.number() });

/** Attaches to `v1`, pushes and tags, and takes all of it away again; says `done`, or the failure. */
await serveCommands(async (command) => {
  const { layout, label, count } = commandSchema.parse(command);
  const [subject, artifactType] = [`${layout}:v1`, `application/x.${label}`];
  try {
    for (let n = 0; n < count; n++) {
      const content = (what: string) => [{ name: 'a.txt', content: `${what} ${label} ${n}`, mediaType: 'text/plain' }];
      await attach(subject, content('attached'), { artifactType });
      await push(`${layout}:${label}`, content('pushed'), { artifactType: 'application/x.pushed' });
      await tag(`${layout}:${label}`, [`${label}-${n}`]);
      await detach(subject, { selection: { artifactType }, prune: true });
      await deleteTag(`${layout}:${label}-${n}`);
    }
    say('done');
  } catch (error) {
    say(String(error instanceof Error ? error.stack : error));
  }
});
