import * as z from 'zod/mini';
import { checkShape, parseJson } from '../text/json.js';
import { Remarks } from '../text/remarks.js';
import { readAnnotations } from '../values/read-descriptor.js';

type Text = string | null | undefined;
type Texts = readonly string[] | null | undefined;
type Named<T> = Readonly<Record<string, T>> | null | undefined;

/** The configuration of an image (image-spec config.md). Go writes null for what is not there. */
export interface ImageConfig {
  readonly [unknown: string]: unknown;
  readonly created?: Text;
  readonly author?: Text;
  readonly architecture?: Text;
  readonly os?: Text;
  readonly variant?: Text;
  readonly config?: RunConfig | null | undefined;
  readonly rootfs?: { readonly type?: Text; readonly diff_ids?: Texts } | null | undefined;
  readonly history?: readonly Step[] | null | undefined;
}

interface RunConfig {
  readonly User?: Text;
  readonly Env?: Texts;
  readonly Entrypoint?: Texts;
  readonly Cmd?: Texts;
  readonly WorkingDir?: Text;
  readonly Labels?: Named<string>;
  readonly ExposedPorts?: Named<unknown>;
  readonly Volumes?: Named<unknown>;
  readonly StopSignal?: Text;
}

interface Step {
  readonly created?: Text;
  readonly created_by?: Text;
  readonly author?: Text;
  readonly comment?: Text;
  readonly empty_layer?: boolean | null | undefined;
}

/** The parts of the grammar that differ between strict and lenient reading. */
interface Parts {
  optional<T>(schema: z.ZodMiniType<T>): z.ZodMiniType<T | null | undefined>;
  readonly name: z.ZodMiniType<Text>;
  readonly labels: z.ZodMiniType<Named<string>>;
}

function grammar({ optional, name, labels }: Parts): z.ZodMiniType<ImageConfig> {
  const string = optional(z.string());
  const strings = optional(z.array(z.string()));
  const names = optional(z.record(z.string(), z.unknown()));
  const run = z.looseObject({
    User: string,
    Env: strings,
    Entrypoint: strings,
    Cmd: strings,
    WorkingDir: string,
    Labels: labels,
    ExposedPorts: names,
    Volumes: names,
    StopSignal: string,
  });
  const step = z.looseObject({
    created: string,
    created_by: string,
    author: string,
    comment: string,
    empty_layer: optional(z.boolean()),
  });
  return z.looseObject({
    created: string,
    author: string,
    architecture: name,
    os: name,
    variant: string,
    config: optional(run),
    rootfs: optional(z.looseObject({ type: string, diff_ids: strings })),
    history: optional(z.array(step)),
  });
}

const strict = () =>
  grammar({
    optional: (schema) => z.nullish(schema),
    name: z.string(),
    labels: z.nullish(z.record(z.string(), z.string())),
  });

const lenient = () =>
  grammar({
    optional: (schema) => z.catch(z.nullish(schema), undefined),
    name: z.catch(z.nullish(z.string()), undefined),
    labels: z.pipe(
      z.unknown(),
      z.transform((value) => readAnnotations(value, 'Labels', new Remarks('image config'))),
    ),
  });

/** The grammars, each once it was used. */
const built: { strict?: z.ZodMiniType<ImageConfig>; lenient?: z.ZodMiniType<ImageConfig> } = {};

/**
 * Parses an image configuration by the grammar of the specification.
 *
 * @throws RemoraError `MALFORMED`
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  built.strict ??= strict();
  return checkShape(built.strict, parseJson(bytes, 'image config'), 'image config');
}

/**
 * Reads an image configuration leniently: a member that is not well formed counts as absent.
 *
 * @returns undefined for an object that tells nothing of an image: older tools gave artifacts such a config
 * @throws RemoraError `MALFORMED` for what is not a JSON object
 */
export function readImageConfig(bytes: Uint8Array): ImageConfig | undefined {
  built.lenient ??= lenient();
  const config = checkShape(built.lenient, parseJson(bytes, 'image config'), 'image config');
  return config.architecture || config.os || config.rootfs ? config : undefined;
}
