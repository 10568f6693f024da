import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { Refusal } from '../values/refusal.js';
import { iso } from './chain.js';
import {
  AUTHENTIC_SIGNING_TIME,
  type Envelope,
  EXPIRY,
  type Label,
  PLUGIN,
  PLUGIN_VERSION,
  SIGNING_SCHEME,
  SIGNING_TIME,
} from './envelope.js';
import { malformed } from './refused.js';

/** It says who vouches for the time of the signature (signing-scheme.md). */
export type SigningScheme = 'notary.x509' | 'notary.x509.signingAuthority';

/** The signed attributes that this version knows (signature-specification.md, "Signed Attributes"). */
export interface Attributes {
  readonly scheme: SigningScheme;
  /** For `notary.x509` only the signer says so. */
  readonly signingTime: Date;
  readonly expiry?: Date;
}

/**
 * Reads the signed attributes: those of the scheme are there, those of the other scheme are not, and what must be
 * critical is, alone.
 *
 * @throws Refusal
 */
export function readAttributes({ attributes, critical }: Envelope): Attributes {
  const scheme = schemeOf(attributes.get(SIGNING_SCHEME));
  const [own, other] =
    scheme === 'notary.x509' ? [SIGNING_TIME, AUTHENTIC_SIGNING_TIME] : [AUTHENTIC_SIGNING_TIME, SIGNING_TIME];
  if (attributes.has(other)) throw malformed(`signed attribute ${other} is there, which scheme ${scheme} forbids`);
  const signingTime = dateOf(attributes, own);
  if (signingTime === undefined) throw malformed(`signed attribute ${own} is missing, which scheme ${scheme} needs`);
  const expiry = dateOf(attributes, EXPIRY);
  if (expiry !== undefined && expiry <= signingTime) {
    throw malformed(`expiry ${iso(expiry)} is not after the signing time ${iso(signingTime)}`);
  }
  checkCritical(attributes, critical, scheme);
  return { scheme, signingTime, ...given({ expiry }) };
}

function schemeOf(value: unknown): SigningScheme {
  if (value === 'notary.x509' || value === 'notary.x509.signingAuthority') return value;
  if (typeof value !== 'string') throw malformed(`signed attribute ${SIGNING_SCHEME} is not a text`);
  throw new Refusal('unchecked', 'unsupported', `signing scheme ${quote(value)} is not known to this version`);
}

function dateOf(attributes: Envelope['attributes'], name: Label): Date | undefined {
  const value = attributes.get(name);
  return value instanceof Date ? value : undefined;
}

function checkCritical(attributes: Envelope['attributes'], critical: readonly Label[], scheme: SigningScheme): void {
  const needed = [
    SIGNING_SCHEME,
    ...(attributes.has(EXPIRY) ? [EXPIRY] : []),
    ...(scheme === 'notary.x509' ? [] : [AUTHENTIC_SIGNING_TIME]),
  ];
  const lacking = needed.find((name) => !critical.includes(name));
  if (lacking !== undefined) throw malformed(`signed attribute ${lacking} is not marked as critical`);
  const absent = critical.find((name) => !attributes.has(name) || name === SIGNING_TIME);
  if (absent !== undefined)
    throw malformed(`attribute ${shown(absent)} is marked as critical, and is not there to be so`);
  if (new Set(critical).size !== critical.length) throw malformed('crit names an attribute twice');
  const plugin = [PLUGIN, PLUGIN_VERSION].find((name) => attributes.has(name) && !critical.includes(name));
  if (plugin !== undefined) throw malformed(`signed attribute ${plugin} is not marked as critical`);
}

const KNOWN: readonly Label[] = [SIGNING_SCHEME, AUTHENTIC_SIGNING_TIME, EXPIRY];

/**
 * Refuses an envelope that asks for what this version cannot do: a plugin, or an attribute that a verifier must know.
 *
 * @throws Refusal
 */
export function refuseUnknown({ attributes, critical }: Envelope): void {
  const unknown = critical.filter((name) => !KNOWN.includes(name) && name !== PLUGIN && name !== PLUGIN_VERSION);
  const others = unknown.length === 0 ? '' : ` and the critical attribute ${unknown.map(shown).join(', ')}`;
  if (attributes.has(PLUGIN)) {
    const plugin = attributes.get(PLUGIN);
    if (typeof plugin !== 'string' || plugin.trim() === '') throw malformed(`signed attribute ${PLUGIN} is not a name`);
    const from = attributes.has(PLUGIN_VERSION) ? ` ${quote(String(attributes.get(PLUGIN_VERSION)))} or later` : '';
    throw unsupported(`envelope asks for notation's plugin ${quote(plugin)}${from}${others}, which this version lacks`);
  }
  if (attributes.has(PLUGIN_VERSION)) throw malformed(`signed attribute ${PLUGIN_VERSION} is there without ${PLUGIN}`);
  if (unknown.length > 0)
    throw unsupported(`critical attribute ${unknown.map(shown).join(', ')} is not known to this version`);
}

function unsupported(message: string): Refusal {
  return new Refusal('unchecked', 'unsupported', message);
}

function shown(label: Label): string {
  return quote(String(label));
}
