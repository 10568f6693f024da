import type { Hex, HexLine, Text } from '../model/preview.js';

const MAX_LINES = 2000;
const MAX_LINE = 2000;
const MAX_TEXT = 256 * 1024;

/** The first lines of a text. */
export function textOf(text: string, title: string, isOpen: boolean, isWhole: boolean): Text {
  const lines: string[] = [];
  let isCut = !isWhole;
  let length = 0;
  let at = 0;
  while (at < text.length && lines.length < MAX_LINES && length < MAX_TEXT) {
    const end = endOfLine(text, at);
    const line = text
      .slice(at, Math.min(end, at + MAX_LINE))
      .replace(/\r$/, '')
      .replace(/[\ud800-\udbff]$/, '');
    if (end - at > MAX_LINE) isCut = true;
    lines.push(line);
    length += line.length;
    at = end + 1;
  }
  return { type: 'text', title, isOpen, lines, isCut: isCut || at < text.length };
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

const MAX_HEX = 512;
const HEX_LINE = 16;

/** The first bytes of a file. */
export function hexOf(bytes: Uint8Array): Hex {
  const shown = Buffer.from(bytes.subarray(0, MAX_HEX));
  const lines: HexLine[] = [];
  for (let at = 0; at < shown.length; at += HEX_LINE) {
    const line = shown.subarray(at, at + HEX_LINE);
    lines.push({
      offset: at.toString(16).padStart(8, '0'),
      bytes: [...line].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: line.toString('latin1').replace(/[^ -~]/g, '.'),
    });
  }
  return { type: 'hex', lines, more: bytes.length - shown.length };
}
