import * as z from 'zod';
import { checkShape, parseJson } from '../text/json.js';

// Go writes null for empty lists and maps, so every optional field takes null as absent.
const strings = z.array(z.string()).nullish();

const schema = z.looseObject({
  created: z.string().nullish(),
  author: z.string().nullish(),
  architecture: z.string(),
  os: z.string(),
  variant: z.string().nullish(),
  config: z
    .looseObject({
      User: z.string().nullish(),
      Env: strings,
      Entrypoint: strings,
      Cmd: strings,
      WorkingDir: z.string().nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      Volumes: z.record(z.string(), z.unknown()).nullish(),
      StopSignal: z.string().nullish(),
    })
    .nullish(),
  rootfs: z.looseObject({ type: z.string(), diff_ids: z.array(z.string()).nullish() }).nullish(),
  history: z
    .array(
      z.looseObject({
        created: z.string().nullish(),
        created_by: z.string().nullish(),
        author: z.string().nullish(),
        comment: z.string().nullish(),
        empty_layer: z.boolean().nullish(),
      }),
    )
    .nullish(),
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
