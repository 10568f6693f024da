import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { RunOptions, RunResult } from '../../support/peers.js';
import { type Registry, type RegistryOptions, startRegistry } from '../../support/registry.js';
import { remora } from '../../support/remora.js';

export const SBOM = 'application/spdx+json';

const errorFields = z.strictObject({
  code: z.string(),
  message: z.string(),
  expected: z.union([z.string(), z.number()]).optional(),
  found: z.union([z.string(), z.number()]).optional(),
  status: z.number().optional(),
  candidates: z.array(z.string()).optional(),
  hint: z.string().optional(),
});
const errorSchema = z.strictObject({ error: errorFields });

export interface Failure extends z.infer<typeof errorFields> {
  /** What people see: the same error as text. */
  readonly text: string;
}

/**
 * Runs a command that must fail with this exit code, once for people and once with `--json`: the same code, the same
 * message, nothing else on either stream.
 */
export async function failure(code: number, args: readonly string[], options: RunOptions = {}): Promise<Failure> {
  return checkFailure(code, await remora(args, options), await remora([...args, '--json'], options));
}

export function checkFailure(code: number, text: RunResult, json: RunResult): Failure {
  expect({ ...text, stderr: '' }, text.stderr).toEqual({ code, stdout: '', stderr: '' });
  expect({ ...json, stdout: '' }, json.stdout).toEqual({ code, stdout: '', stderr: '' });
  const { error } = errorSchema.parse(JSON.parse(json.stdout));
  expect(text.stderr).toMatch(/^remora: error: [^\n]+\n(?: {2}[^\n]+\n)*$/);
  for (const line of [error.message, error.hint ?? '']) expect(line).not.toMatch(/\.$|\n/);
  return { ...error, text: text.stderr };
}

/** Runs a command that must succeed, and say nothing but notes of its own: no warning of Node.js either. */
export async function success(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await remora(args, options);
  expect(result).toEqual({ ...result, code: 0, stderr: expect.stringMatching(/^(?:remora: [^\n]+\n)*$/) });
  return result;
}

/** What a command that must succeed prints with `--json`, untouched, so that the order of its fields can be seen. */
export async function json(args: readonly string[], options: RunOptions = {}): Promise<Record<string, unknown>> {
  const { stdout } = await success([...args, '--json'], options);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout));
}

/** A registry for the running test, with one image as `team/app:v1`. */
export async function withImage(options: RegistryOptions = {}): Promise<{ registry: Registry; image: string }> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.close());
  const type = 'application/vnd.oci.image';
  const config = {
    ...registry.putBlob('team/app', '{"os":"linux","architecture":"amd64"}'),
    mediaType: `${type}.config.v1+json`,
  };
  const layer = { ...registry.putBlob('team/app', 'layer'), mediaType: `${type}.layer.v1.tar` };
  const manifest = { schemaVersion: 2, mediaType: `${type}.manifest.v1+json`, config, layers: [layer] };
  registry.putManifest('team/app', manifest, { tag: 'v1' });
  return { registry, image: `${registry.host}/team/app:v1` };
}
