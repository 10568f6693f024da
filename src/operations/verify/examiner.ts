import { isRemoraError, RemoraError } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { shared } from '../../io/async/once.js';
import { type Limiter, limiter } from '../../io/async/run-all.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import { type Judgement, unchecked } from '../../trust/values/judgement.js';
import type { JudgeOptions } from '../../trust/values/options.js';
import type { SignedForm, Target } from '../../trust/values/signed.js';
import { type Attachment, attachmentOfManifest, attachmentsOfLayers } from '../attached/attachment.js';
import { type Evidence, evidenceIn } from './evidence.js';
import { judgementOfFailure, MAX_ENVELOPE, readEvidence, tooLarge } from './read-evidence.js';

/** A signature, with what is to say of it. */
export interface JudgedSignature {
  readonly layer: Descriptor;
  /** Absent where it could not be read, and its media type does not say. */
  readonly form?: SignedForm;
  readonly judgement: Judgement;
}

/** An attached manifest: the facts that its own bytes tell, whatever a list says of it. */
export interface Examined {
  /** Absent where it could not be read. */
  readonly attachment?: Attachment;
  /** The manifest that it says to be attached to. */
  readonly subject?: Digest;
  /** Why it could not be read. */
  readonly failure?: Judgement;
  /** Its layers as attachments, where several of them are signed. */
  readonly layers: readonly Attachment[];
  /** Two can have the same layer: what cosign signs for two keys is the same, and the annotations differ. */
  readonly signatures: readonly JudgedSignature[];
}

/** Options of {@link Examiner}. */
export interface ExaminerOptions extends JudgeOptions {
  /** The most signatures that are judged. @default 1000 */
  readonly maxSignatures?: number | undefined;
  /** Called for each manifest or signature that could not be read or was not judged. */
  readonly onUnasked: (way: string, error: unknown) => void;
}

const DEFAULT_MAX_SIGNATURES = 1000;

/** Manifests that are examined at a time, each with its signatures. */
const CONCURRENCY = 32;

/** The most bytes that all signatures of a subject have: SBOMs in envelopes for dozens of platforms stay below. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** Signatures of more bytes are read two at a time: each can have {@link MAX_ENVELOPE}. */
const SMALL = 1024 * 1024;

/**
 * Reads attached manifests, and judges the signatures in them: some at a time, however many there are. Each is judged once
 * for each subject. Only the facts are kept, not the content.
 */
export class Examiner {
  readonly #examined = new Map<string, Promise<Examined>>();
  readonly #limit: Limiter = limiter(CONCURRENCY);
  readonly #small: Limiter = limiter(CONCURRENCY);
  readonly #large: Limiter = limiter(2);
  /** Signatures that may still be judged. */
  #left: number;
  /** Layers that may still be looked at, since their types say too little. */
  #looks: number;
  /** Bytes of signatures that may still be read. */
  #bytes = MAX_BYTES;
  #isOver = false;

  constructor(
    private readonly source: Source,
    private readonly options: ExaminerOptions,
  ) {
    this.#left = options.maxSignatures ?? DEFAULT_MAX_SIGNATURES;
    this.#looks = this.#left;
  }

  /** Begins with a manifest that will be asked for, unless many are waiting. */
  begin(manifest: Digest, subject: Digest, signal: AbortSignal): void {
    if (this.#limit.pendingCount < CONCURRENCY) void this.examine(manifest, subject, signal);
  }

  /** Reads a manifest and judges its signatures as those of `subject`. A failure of the interruption alone is thrown. */
  examine(manifest: Digest, subject: Digest, signal: AbortSignal): Promise<Examined> {
    return shared(this.#examined, `${manifest} ${subject}`, () =>
      this.#limit(() => this.#examine(manifest, subject, signal)),
    );
  }

  /** Waits until nothing is under way. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#examined.values());
  }

  async #examine(digest: Digest, subject: Digest, signal: AbortSignal): Promise<Examined> {
    const none = { layers: [], signatures: [] };
    if (this.#left <= 0) return { failure: this.#overLimit(), ...none };
    let manifest: Manifest;
    try {
      manifest = await this.source.manifest({ digest }, { signal });
    } catch (error) {
      return { failure: this.#failed(`manifest ${this.source.format({ digest })}`, error, digest), ...none };
    }
    const judged = await Promise.all(evidenceIn(manifest).map((evidence) => this.#judged(evidence, subject, signal)));
    const signatures = judged.filter((one) => one !== undefined);
    return {
      attachment: attachmentOfManifest(manifest, []),
      ...given({ subject: subjectOf(manifest)?.digest }),
      layers: signatures.length > 1 ? attachmentsOfLayers(manifest, []) : [],
      signatures,
    };
  }

  async #judged(evidence: Evidence, subject: Digest, signal: AbortSignal): Promise<JudgedSignature | undefined> {
    const { layer, form } = evidence;
    const fields = { layer, ...given({ form }) };
    const isLeft = form === undefined ? this.#looks-- > 0 : this.#left-- > 0;
    if (!isLeft || this.#bytes <= 0) return { ...fields, judgement: this.#overLimit() };
    if (layer.size > MAX_ENVELOPE) return form && { ...fields, judgement: tooLarge(layer) };
    try {
      return await (layer.size > SMALL ? this.#large : this.#small)(() => this.#judge(evidence, subject, signal));
    } catch (error) {
      const way = `signature ${layer.digest} of ${this.source.format({ digest: subject })}`;
      return { ...fields, judgement: this.#failed(way, error, layer.digest) };
    }
  }

  async #judge(evidence: Evidence, subject: Digest, signal: AbortSignal): Promise<JudgedSignature | undefined> {
    const { layer } = evidence;
    const read = await readEvidence(this.source, evidence, { signal });
    if (read === undefined) return undefined;
    const { form, content } = read;
    this.#bytes -= content.length;
    if (evidence.form === undefined && this.#left-- <= 0) return { layer, form, judgement: this.#overLimit() };
    const { mediaType, annotations = {} } = layer;
    const { judge } = await import('../../trust/judge.js');
    const signed = { form, mediaType, content, annotations };
    try {
      const judgement = await judge(signed, targetOf(this.source, subject, signal), this.options);
      return { layer, form, judgement: withoutPayload(judgement) };
    } catch (error) {
      // An error that is not ours is a fault of a judge: what it fails over never verifies, and spoils no other.
      if (isRemoraError(error) || !(error instanceof Error)) throw error;
      return { layer, form, judgement: unchecked('unsupported', `${layer.digest} cannot be judged: ${error.message}`) };
    }
  }

  #failed(way: string, error: unknown, digest: Digest): Judgement {
    // A trust that cannot be used is a mistake of the caller.
    if (isInterruption(error) || !isRemoraError(error) || error.code === 'INVALID_ARGUMENT') throw error;
    const judgement = judgementOfFailure(error, { digest });
    if (judgement !== undefined) return judgement;
    this.options.onUnasked(way, error);
    return unchecked('unread', error.message);
  }

  #overLimit(): Judgement {
    const max = this.options.maxSignatures ?? DEFAULT_MAX_SIGNATURES;
    const message = `more than ${max} signatures, or ${MAX_BYTES} bytes of them, are attached, which is the limit`;
    if (!this.#isOver) {
      const hint = 'Allow more with --max-signatures, or choose with --platform or a digest';
      this.options.onUnasked('signatures above the limit', new RemoraError('INCOMPLETE', message, { hint }));
    }
    this.#isOver = true;
    return unchecked('unread', message);
  }
}

/** A thousand payloads would fill the memory. */
function withoutPayload({ claims, ...judgement }: Judgement): Judgement {
  if (claims === undefined) return judgement;
  const { subjects, predicateType } = claims;
  return { ...judgement, claims: { subjects, ...given({ predicateType }) } };
}

/** A manifest of a source as what must be signed. */
export function targetOf(source: Source, digest: Digest, signal?: AbortSignal): Target {
  return {
    digest,
    bytes: async () => (await source.manifest({ digest }, { signal })).bytes,
    ...given({ repository: source.kind === 'registry' ? source.format({}) : undefined }),
  };
}
