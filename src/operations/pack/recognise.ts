import { RemoraError } from '../../errors.js';
import type { Recognised } from '../../formats/recognise/recognise.js';
import { Annotation, type Annotations, InTotoAnnotation, SigstoreAnnotation } from '../../oci/values/annotations.js';
import { given } from '../../oci/values/given.js';
import { type Look, lookAtInput } from './identify.js';
import type { CheckedInput } from './inputs.js';
import type { PackOptions, PackPlan } from './plan.js';

const HINT = 'Give --artifact-type TYPE; "remora kinds" shows the types that are known';

/**
 * Fills in the artifact type, the layers' types and the date from the files.
 *
 * All files must have the same type: an artifact that merely contains an SBOM is not an SBOM. The date is the newest of
 * all documents, if every file is recognised by its content.
 *
 * @throws RemoraError `INVALID_ARGUMENT` when the type is `required` and not recognised; `IO`, `CHANGED`, `INTERRUPTED`
 */
export async function recogniseInputs(
  plan: PackPlan,
  options: PackOptions,
  { required = false }: { readonly required?: boolean | undefined } = {},
): Promise<PackPlan> {
  const wantsType = options.artifactType === undefined && options.config?.mediaType === undefined;
  const wantsDate = plan.annotations[Annotation.created] === undefined;
  const asked = options.recognise ?? true;
  if (required && wantsType && (!asked || plan.inputs.length === 0)) {
    const what = asked ? 'an attachment without files' : 'an attachment whose files are not recognised';
    throw new RemoraError('INVALID_ARGUMENT', `${what} needs an artifact type`, { hint: HINT });
  }
  if (!asked || plan.inputs.length === 0 || !(wantsType || wantsDate)) return plan;
  const looks: Look[] = [];
  try {
    for (const input of plan.inputs) {
      const look = await lookAtInput(input, options.signal);
      looks.push(look);
      // Stop at the first unknown file: thousands of plain files are not opened twice.
      if (look.content === undefined && !(wantsType && look.told)) break;
    }
    const inputs = [...looks.map(({ input }) => input), ...plan.inputs.slice(looks.length)];
    const seen = looks.length === inputs.length ? looks : [];
    const dated = wantsDate ? withDate({ ...plan, inputs }, seen) : { ...plan, inputs };
    if (!wantsType) return dated;
    if (required) checkOneType(looks);
    return isOneType(seen) ? withTypes(dated, seen) : dated;
  } catch (error) {
    for (const { input } of looks) if (input.source.kind === 'stream') input.source.discard?.();
    throw error;
  }
}

function isOneType(looks: readonly Look[]): boolean {
  return looks.every(({ told }) => told !== undefined && told.artifactType === looks[0]?.told?.artifactType);
}

function checkOneType(looks: readonly Look[]): void {
  const unknown = looks.find(({ told }) => told === undefined);
  if (unknown !== undefined) {
    const { input, seen, hint = HINT } = unknown;
    throw new RemoraError('INVALID_ARGUMENT', `type of ${input.title} is not recognised: ${seen}`, {
      found: seen,
      hint,
    });
  }
  if (isOneType(looks)) return;
  const [first, other] = [looks[0], looks.find(({ told }) => told?.artifactType !== looks[0]?.told?.artifactType)];
  const name = (look: Look | undefined) => `${look?.input.title} is ${look?.told?.what}`;
  throw new RemoraError('INVALID_ARGUMENT', `${name(first)}, ${name(other)}, wanted files of one type`, {
    candidates: [...new Set(looks.flatMap(({ told }) => told?.artifactType ?? []))],
    hint: 'Attach them one by one, or give --artifact-type TYPE for all of them',
  });
}

function withDate(plan: PackPlan, looks: readonly Look[]): PackPlan {
  if (!looks.every(({ content }) => content !== undefined)) return plan;
  const dates = looks.flatMap(({ content }) => content?.created ?? []);
  const [newest] = dates.sort((a, b) => Date.parse(b) - Date.parse(a));
  if (newest === undefined) return plan;
  return { ...plan, annotations: { ...plan.annotations, [Annotation.created]: newest } };
}

function withTypes(plan: PackPlan, looks: readonly Look[]): PackPlan {
  const artifactType = looks[0]?.told?.artifactType;
  if (artifactType === undefined) return plan;
  const only = looks.length === 1 && looks[0]?.told?.byContent ? looks[0].content : undefined;
  return {
    ...plan,
    artifactType,
    inputs: looks.map(typedInput),
    annotations: { ...bundleAnnotations(only), ...plan.annotations },
  };
}

/** Keeps a given type and fills in the rest; BuildKit writes the predicate as the same annotation of a layer. */
function typedInput({ input, told, content }: Look): CheckedInput {
  const stated = told?.byContent && (content?.format === 'in-toto' || content?.format === 'dsse');
  const predicateType = stated ? content.predicateType : undefined;
  const more = given({ [InTotoAnnotation.predicateType]: predicateType });
  return { ...input, mediaType: told?.mediaType ?? input.mediaType, annotations: { ...more, ...input.annotations } };
}

/** Annotations as cosign 3 writes them (its BUNDLE_SPEC.md): they tell a bundle's content without opening it. */
function bundleAnnotations(content: Recognised | undefined): Annotations {
  if (content?.format !== 'sigstore-bundle') return {};
  const { predicateType, kind } = content;
  if (predicateType === undefined)
    return kind === 'signature' ? { [SigstoreAnnotation.bundleContent]: 'message-signature' } : {};
  return {
    [SigstoreAnnotation.bundleContent]: 'dsse-envelope',
    [SigstoreAnnotation.bundlePredicateType]: predicateType,
  };
}
