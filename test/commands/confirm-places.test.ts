import { expect, it } from 'vitest';
import { tempDir } from '../support/temp.js';
import { failureHere } from './support/in-process.js';

it.each([
  ['prune', '--orphans', 'ghcr.io/acme/App'],
  ['prune', '--orphans', 'ghcr.io/acme/app:v1'],
  ['prune', '--orphans', '--subjects-in', 'ghcr.io/acme/App', 'ghcr.io/acme/app'],
  ['detach', '--all', 'ghcr.io/acme/App:v1'],
  ['manifest', 'delete', 'ghcr.io/acme/App:v1'],
  ['blob', 'delete', 'ghcr.io/acme/App'],
  ['check', '--fix', 'oci:'],
])('%s refuses a mistaken place before it asks for a confirmation: %s %s', async (...args) => {
  const { code, message } = await failureHere(2, args, await tempDir());
  expect(code).toBe('INVALID_ARGUMENT');
  expect(message).not.toContain('confirmation');
});

it.each([
  ['prune', '--orphans', 'ghcr.io/acme/app'],
  ['detach', '--all', 'ghcr.io/acme/app:v1'],
])('%s asks for one where the place is well formed', async (...args) => {
  expect(await failureHere(2, args, await tempDir())).toMatchObject({
    message: expect.stringContaining('confirmation'),
  });
});
