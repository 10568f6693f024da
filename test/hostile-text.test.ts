import { describe, expect, it } from 'vitest';
import { printable } from '../src/cli/output/text.js';
import { documentsIn, lateLook, recognise } from '../src/formats/recognise/recognise.js';
import { splitJson } from '../src/formats/recognise/split-json.js';
import { pemCertificates, spdxTagValue, spdxYaml } from '../src/formats/recognise/texts.js';
import { xmlDocument } from '../src/formats/recognise/xml.js';
import { parseChallenges } from '../src/io/auth/challenge.js';
import { mergeScopes } from '../src/io/auth/token-cache.js';
import { isKeyOf, parseAuthKey } from '../src/io/credentials/auths-key.js';
import { entryCredential, parseDockerConfig } from '../src/io/credentials/docker-config.js';
import { linkFault, nameFault } from '../src/io/files/safe-path.js';
import { nextLink } from '../src/io/http/link-header.js';
import { retryAfter } from '../src/io/http/retry.js';
import { registryWarnings } from '../src/io/http/warning-header.js';
import { addSecret, redact } from '../src/io/redact.js';
import { parseLongName, parsePax, parseTarHeader } from '../src/io/tar/parse-header.js';
import { parseCatalogPlace } from '../src/oci/names/catalog.js';
import { parsePlace } from '../src/oci/names/place.js';
import { isLoopback, isRepository, isTag, parseReference } from '../src/oci/names/reference.js';
import { isRegistryName, parseRegistry } from '../src/oci/names/registry.js';
import { matchesTag } from '../src/oci/names/tag-pattern.js';
import { parseTarget } from '../src/oci/names/target.js';
import { parseJson, startsObject } from '../src/oci/text/json.js';
import { membersOf } from '../src/oci/text/json-members.js';
import { quote } from '../src/oci/text/quote.js';
import { isDateTime, isRefName, isReservedUnknown } from '../src/oci/values/annotations.js';
import { parseDescriptor } from '../src/oci/values/descriptor-schema.js';
import { isDigest } from '../src/oci/values/digest.js';
import { isManifestType, isMediaType, isSchema1Type, plainType } from '../src/oci/values/media-types.js';
import { parsePlatform } from '../src/oci/values/platform.js';
import { isDigestTag } from '../src/oci/values/referrers-tag.js';
import { tagPart } from '../src/store/layout/entries/names.js';
import { type Attack, attackText, excess } from './support/growth.js';

addSecret('S3cret-of-many-forms');
addSecret('q7x');

const bytes = (text: string) => Buffer.from(text);
const aDigest = `sha256:${'a'.repeat(64)}`;

/** Each parser of text from elsewhere, with beginnings that lead into it. */
const PARSERS: readonly (readonly [name: string, parse: (text: string) => unknown, ...beginnings: string[]])[] = [
  ['WWW-Authenticate', (text) => parseWhole(text), 'Bearer x=', 'Bearer x="', 'Basic realm="a", Bearer a'],
  ['Warning', (text) => registryWarnings([text]), '299 - "', '299 -'],
  ['Link', nextLink, '<a>', '<a>; rel=', '<a>; rel="', '<'],
  ['Retry-After', (text) => retryAfter(text), 'Wed, ', '1'],
  ['scopes', (text) => mergeScopes([text, `repository:${text}:pull`]), 'repository:a:'],
  ['the redactor', redact, 'Basic ', 'https://', '/x?'],
  ['printed text', printable],
  ['quoted text', quote],
  ['JSON', (text) => parseJson(bytes(text), 'a document'), '{"a":', '["', '{'],
  ['members of JSON', membersOf, '{"a":', '["', '{'],
  ['the start of JSON', (text) => startsObject(bytes(text))],
  ['references', parseReference, 'a.b/', 'a.b:1/c/', 'a@', 'a.b/c:'],
  ['repositories', isRepository, 'a', 'a__'],
  ['tags', isTag, 'a'],
  ['hosts', isLoopback, 'a.', '['],
  ['registry names', (text) => [isRegistryName(text), parseRegistry(text)], 'a', 'https://'],
  ['places', (text) => parsePlace(text), 'oci:', './', 'dir:', '~', 'a.tar:'],
  ['targets', (text) => parseTarget(text), 'a.b/c:', 'oci:a:'],
  ['catalogs', parseCatalogPlace, 'a.b/', 'oci:'],
  ['tag patterns', (text) => matchesTag('*a*a*a*a*b', text), 'a'],
  ['patterns of a user', (text) => matchesTag('*a?b*c**d', text), 'ab'],
  ['digests', isDigest, 'sha256:', 'a+'],
  ['media types', (text) => [isMediaType(text), isManifestType(text), isSchema1Type(text), plainType(text)], 'a/'],
  ['platforms', parsePlatform, 'linux/', 'a'],
  ['annotations', (text) => [isRefName(text), isDateTime(text), isReservedUnknown(text)], 'a', '2026-01-01T00:00:00'],
  ['names of layouts', (text) => [tagPart(text), isDigestTag(text)], 'a.b/c:', 'sha256-'],
  [
    'descriptors',
    (text) => parseDescriptor({ mediaType: 'a/b', digest: aDigest, size: 1, urls: [text], data: text }, 'it'),
  ],
  ['titles', (text) => [nameFault(text, 'linux'), nameFault(text, 'win32'), linkFault('a/b', text)], 'a/', 'con.'],
  ['keys of credentials', (text) => [parseAuthKey(text), isKeyOf(text, 'a.b')], 'https://', 'a.b/'],
  ['files of credentials', (text) => parseDockerConfig(bytes(text), 'it'), '{"auths":{"', '{"auths":{"a":{"auth":"'],
  ['logins', (text) => entryCredential({ auth: Buffer.from(`a:${text}`).toString('base64') }, 'a', 'it'), '\0'],
  ['pax headers', (text) => parsePax(bytes(text)), '10 path=a\n', '12 '],
  ['long names', (text) => parseLongName(bytes(text))],
  ['tar headers', (text) => parseTarHeader(bytes(text).subarray(0, 512))],
  [
    'SPDX in tags',
    spdxTagValue,
    'SPDXVersion: SPDX-2.3\nSPDXID: a\n',
    'Created: ',
    'SPDXVersion: SPDX-2.3\nSPDXID: a\nCreated: x',
  ],
  ['SPDX in YAML', spdxYaml, 'spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n', 'creationInfo:\n created: '],
  ['XML', xmlDocument, '<a ', SPDX_XML(), CYCLONEDX_XML(), '<!--', '<?'],
  ['certificates', pemCertificates, '-----BEGIN CERTIFICATE-----\nMIIB', '-----BEGIN '],
  ['JSON lines', splitJson, '[', '{"a":"'],
  ['files', (text) => recognise(bytes(text), { complete: true }), '{"a":', '<?xml ', '-----BEGIN ', 'eyJ.'],
  [
    'the beginning of files',
    (text) => recognise(bytes(text), { complete: false }),
    '{"a":',
    '<a><',
    '{"bomFormat":"CycloneDX",',
  ],
  ['the rest of files', (text) => lateLook(bytes(text)), '{"a":', '<a>'],
  ['documents in a file', documentsIn, '[{', '{}\n{}\n'],
];

/** Without the limit of headers, so that what is left of it is seen. */
function parseWhole(text: string): unknown {
  return [0, 1, 2, 3].map((part) => parseChallenges([`Bearer ${text.slice(part * 4000, part * 4000 + 4000)}`]));
}

function SPDX_XML(): string {
  return '<Document><spdxVersion>SPDX-2.3</spdxVersion><SPDXID>SPDXRef-DOCUMENT</SPDXID><creationInfo>';
}

function CYCLONEDX_XML(): string {
  return '<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata>';
}

const PIECES = [
  ...[
    ' ',
    ',',
    '"',
    '=',
    '\\',
    'a',
    '/',
    ':',
    '.',
    '-',
    '_',
    '?',
    '&',
    '@',
    '0',
    '\n',
    '\t',
    '[',
    '{',
    '<',
    '>',
    '%',
    '*',
  ],
  ...['a=', 'a,', ', a', '; ', ';a', 'a b', '=,', '\\"', '"a" ', '[{', '{"a":', '["', '"a":1,', ',111 a ', '299 - "'],
  ...['<a ', '<!--', '<a>', ' a="b"', '</', "a='", '-----BEGIN ', '-----BEGIN A-----\n', 'Basic ', 'Bearer x=', '://'],
  ...[
    'a:\n',
    ' - a\n',
    'Created: ',
    '<created> ',
    '<creationInfo>',
    '<metadata>',
    '../',
    './',
    '\u0000',
    '\u00e9',
    '\ud83d\ude00',
  ],
  ...['MANIFEST_INVALID', ' path=', '10 a=bcde\n', '{}', '}{', ']', '}', '\r\n', '__', 'a..', 'S3cret', 'q7'],
];

function attacks(beginnings: readonly string[]): readonly Attack[] {
  return ['', ...beginnings].flatMap((before) =>
    PIECES.flatMap((piece) => ['', '\u0001"}'].map((after) => ({ before, piece, after }))),
  );
}

describe('text from elsewhere', () => {
  for (const [name, parse, ...beginnings] of PARSERS) {
    it(`takes its time as it grows, and no more: ${name}`, { timeout: 240_000 }, () => {
      for (const attack of attacks(beginnings)) expect(excess(parse, attack)).toBeUndefined();
    });
  }

  it('is refused by the search for what takes the square of its length', { timeout: 240_000 }, () => {
    const pairs = (text: string) => [...text].filter((char) => text.lastIndexOf('!') > 0 && char === '!').length;
    expect(excess(pairs, { before: '', piece: 'a', after: '!' })).toBeUndefined();
    const square = (text: string) => /\s+$/.test(text);
    expect(excess(square, { before: 'a', piece: ' ', after: 'b' })).toContain('times as long');
    // WWW-Authenticate was read by an expression like this.
    const cube = /^\s*(\w+)\s*=\s*([^\s"]*?)(?=\s*(?:,\s*\w+\s*=|,\s*\w+\s+\w+\s*=|,?\s*$))/;
    const attack = { before: 'x=', piece: ' ', after: 'a b' };
    expect(excess((text) => cube.test(text), attack)).toContain('times as long');
    expect(attackText(attack, 4)).toBe('x=    a b');
  });
});
