import { quote } from '../../oci/text/quote.js';
import type { DocumentValue } from './document-value.js';
import type { ReadReference } from './expand.js';
import { imageMember, readReference, unread } from './image-member.js';

/** Lists of the containers of a pod. */
const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers'];

/** A value to look at, and the thing that it is. */
interface Visit {
  readonly value: DocumentValue;
  readonly is?: 'containers' | 'container' | 'services' | 'service' | undefined;
  readonly name?: string | undefined;
}

/**
 * The images that a document names, at any depth: the text of a member `image`, as Kubernetes, its extensions and compose have
 * it, a map of Helm's values with `repository`, and an image volume's `reference`. A list of texts is a list of references.
 * The `status` of Kubernetes repeats them. A container or a service that names none is one that cannot be read.
 */
export function* imagesOf(document: DocumentValue, name: string): Generator<ReadReference> {
  const whole = [...(document.elements?.() ?? [])];
  if (whole.length > 0 && whole.every(({ isText }) => isText)) {
    for (const { text = '', line } of whole) yield readReference(text, placeOf(name, line));
    return;
  }
  // The document may be deeper than the stack.
  const open: Visit[] = [{ value: document }];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { value, is } = visit;
    const members = [...(value.members?.() ?? [])];
    const keys = new Map(members);
    // Its schema describes members, and names no image.
    if (keys.get('kind')?.text === 'CustomResourceDefinition') continue;
    yield* lackOf(visit, keys, name);
    const element = is === 'containers' ? 'container' : undefined;
    const below: Visit[] = [...(value.elements?.() ?? [])].map((value) => ({ value, is: element }));
    for (const [key, member] of members) {
      if (keys.has('apiVersion') && key === 'status') continue;
      if (key === 'image') {
        const image = imageMember(member, placeOf(name, member.line ?? value.line), is === 'container');
        if (image !== undefined) yield image;
      }
      below.push({ value: member, is: kindOf(visit, key, value === document && !keys.has('apiVersion')), name: key });
    }
    open.push(...below.filter(({ value }) => !value.isRepeated).reverse());
  }
}

function kindOf({ is }: Visit, key: string, isCompose: boolean): Visit['is'] {
  if (is === 'services') return 'service';
  if (isCompose && key === 'services') return 'services';
  return CONTAINERS.includes(key) ? 'containers' : undefined;
}

/** A container of Kubernetes, and a service of compose, that another place gives its image. */
function* lackOf({ value, is, name = '' }: Visit, keys: ReadonlyMap<string, DocumentValue>, file: string) {
  if (keys.has('image') || keys.has('<<')) return;
  const from = placeOf(file, value.line);
  const container = keys.get('name')?.text;
  if (is === 'container' && container !== undefined)
    yield unread(`container ${container}`, from, `container ${quote(container)} names no image`);
  if (is !== 'service') return;
  if (keys.has('build')) yield unread(`service ${name}`, from, `service ${quote(name)} is built, and names no image`);
  else if (keys.has('extends')) yield unread(`service ${name}`, from, `service ${quote(name)} has its image elsewhere`);
}

export function placeOf(name: string, line: number | undefined): string {
  return line === undefined ? name : `${name}:${line}`;
}
