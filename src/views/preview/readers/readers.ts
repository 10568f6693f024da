import type { Reader } from '../model/reader.js';
import { csaf } from './csaf.js';
import { cyclonedx } from './cyclonedx.js';
import { envelope, jws, sigstoreBundle } from './envelopes.js';
import { openvex } from './openvex.js';
import { cosignPayload, notationPayload } from './payloads.js';
import { provenance0, provenance1, verificationSummary } from './provenance.js';
import { sarif } from './sarif.js';
import { grype, harborReport, scanPredicate, testResult, trivy } from './scans.js';
import { spdx } from './spdx.js';
import { spdx3 } from './spdx3.js';
import { statement } from './statements.js';
import { syft } from './syft.js';

/** Readers of JSON. Those of documents that name their format come first; the others know predicates by their members. */
export const READERS: readonly Reader[] = [
  sigstoreBundle,
  envelope,
  statement,
  cosignPayload,
  jws,
  notationPayload,
  spdx3,
  spdx,
  cyclonedx,
  syft,
  openvex,
  csaf,
  sarif,
  grype,
  trivy,
  harborReport,
  provenance1,
  provenance0,
  verificationSummary,
  scanPredicate,
  testResult,
];
