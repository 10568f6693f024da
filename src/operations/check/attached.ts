import { mapSome } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { referrersTag } from '../../oci/values/referrers-tag.js';
import { hasInventory } from '../../store/interfaces/inventory.js';
import { gone } from '../attached/find.js';
import { platformSubjects, type Subject } from '../attached/subject.js';
import { AttachedWalk } from '../attached/walk.js';
import { checkIndexFile } from './layout/documents.js';
import { checkLacking, checkList, type ListCheckContext, listName, type ReferrersList } from './lists/lists.js';

/** Checks the attachments of a subject at every depth, and the lists that should name them. */
export async function checkAttached(root: Descriptor, context: ListCheckContext): Promise<void> {
  const { source, report, graph, signal, items } = context;
  const onUnasked = (place: string, error: unknown) => report.unread(place, error);
  const missing = new Set<Digest>();
  const onGone = ({ digest }: Descriptor) => void missing.add(digest);
  const walk = new AttachedWalk(source, root, { signal, onUnasked, onGone, limit: items });
  const subjects = new Set<Digest>();
  const below = async (subject: Subject): Promise<void> => {
    const { digest } = subject.descriptor;
    subjects.add(digest);
    await walk.each(subject, 0, async (attachment) => {
      const holder = `${source.format({ digest })}, to which it is attached,`;
      await graph.visit(attachment.holder ?? attachment.descriptor, { holder, missing: 'manifest-missing' });
      const descriptor = walk.carrier(attachment);
      if (descriptor !== undefined) await below({ descriptor });
    });
  };
  const platforms = async () => {
    const found = await platformSubjects(source, root, {
      signal,
      limit: items,
      // An index that was visited before has its findings already.
      onUnasked: (place, error, index) => {
        if (!graph.reached.has(index)) report.unread(place, error);
      },
    });
    await mapSome(found?.platforms ?? [], 32, below);
  };
  await Promise.all([below({ descriptor: root }), platforms()]);
  await checkLists(subjects, context);
  // A referrers tag was looked at; this is for what only the Referrers API names.
  const told = new Set(missing.size === 0 ? [] : report.findings.map(({ digest }) => digest));
  for (const digest of missing)
    if (!told.has(digest)) report.add('manifest-missing', gone(source, digest).message, { digest });
}

async function checkLists(subjects: ReadonlySet<Digest>, context: ListCheckContext): Promise<void> {
  const lists = await (hasInventory(context.source) ? layoutLists(subjects, context) : taggedLists(subjects, context));
  checkLacking(
    lists.filter((list) => list !== undefined),
    context,
  );
}

type Lists = Promise<readonly (ReferrersList | undefined)[]>;

async function layoutLists(subjects: ReadonlySet<Digest>, context: ListCheckContext): Lists {
  const { source, report } = context;
  if (!hasInventory(source)) return [];
  return Promise.all(
    (await checkIndexFile(source, report)).map((entry) => {
      const mark = source.listMark(entry);
      if (mark === undefined || ![...subjects].some((digest) => mark.isFor(digest))) return undefined;
      return checkList(entry, { name: listName(entry), isFor: (digest) => mark.isFor(digest) }, context);
    }),
  );
}

/** The referrers tags of a registry (distribution-spec, "Referrers Tag Schema"). */
async function taggedLists(subjects: ReadonlySet<Digest>, context: ListCheckContext): Lists {
  const { source, report, signal } = context;
  return mapSome([...subjects], 32, async (subject) => {
    const tag = referrersTag(subject);
    const about = { digest: subject, what: tag };
    try {
      const list = await source.findTag(tag, { signal });
      // GitLab maps the tag to the subject itself: that lists nothing.
      if (list === undefined || list.digest === subject) return undefined;
      const isFor = (digest: Digest) => digest === subject;
      if (isIndexType(list.mediaType)) return await checkList(list, { name: `tag "${tag}"`, isFor }, context);
      report.add('list-no-index', `tag "${tag}" is for a list of referrers, and stands for ${list.mediaType}`, about);
    } catch (error) {
      report.unread(`tag ${source.format({ tag })}`, error);
    }
    return undefined;
  });
}
