import * as z from 'zod/mini';
import { checkShape, parseJson } from '../text/json.js';

// Go writes null for empty lists and maps, so every optional field takes null as absent.
const string = z.nullish(z.string());
const strings = z.nullish(z.array(z.string()));
const names = z.nullish(z.record(z.string(), z.unknown()));

const schema = z.looseObject({
  created: string,
  author: string,
  architecture: z.string(),
  os: z.string(),
  variant: string,
  config: z.nullish(
    z.looseObject({
      User: string,
      Env: strings,
      Entrypoint: strings,
      Cmd: strings,
      WorkingDir: string,
      Labels: z.nullish(z.record(z.string(), z.string())),
      ExposedPorts: names,
      Volumes: names,
      StopSignal: string,
    }),
  ),
  rootfs: z.nullish(z.looseObject({ type: z.string(), diff_ids: strings })),
  history: z.nullish(
    z.array(
      z.looseObject({
        created: string,
        created_by: string,
        author: string,
        comment: string,
        empty_layer: z.nullish(z.boolean()),
      }),
    ),
  ),
});

/** The configuration of an image (image-spec config.md). */
export type ImageConfig = z.infer<typeof schema>;

/**
 * Parses an image configuration.
 *
 * @throws RemoraError `MALFORMED`
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  return checkShape(schema, parseJson(bytes, 'image config'), 'image config');
}
