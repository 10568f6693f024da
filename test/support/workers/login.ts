import { z } from 'zod';
import { storeCredential } from '../../../src/io/credentials/store.js';
import { say, serveCommands } from './commands.js';

const commandSchema = z.object({ registries: z.array(z.string()), directory: z.string() });

/** Stores a credential for one registry after another in the `config.json` of a directory. */
await serveCommands(async (command) => {
  const { registries, directory } = commandSchema.parse(command);
  for (const registry of registries)
    await storeCredential(registry, { username: registry, password: 'x' }, { DOCKER_CONFIG: directory });
  say('done');
});
