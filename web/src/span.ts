/** Spans of the engine are UTF-8 bytes, those of the editor are UTF-16 units. */

const width = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);

/** Converts both ways for one text; a table of every 64th place keeps long scripts fast. */
export class Offsets {
  private readonly marks: number[] = [0];
  private readonly bytes: number;
  private readonly ascii: boolean;

  constructor(private readonly text: string) {
    let at = 0;
    let plain = true;
    for (let i = 0; i < text.length; ) {
      const code = text.codePointAt(i)!;
      if (code >= 0x80) plain = false;
      const units = code > 0xffff ? 2 : 1;
      const before = i;
      i += units;
      at += width(code);
      const mark = Math.floor(i / 64);
      // A pair that straddles a mark belongs behind it.
      if (mark !== Math.floor(before / 64)) this.marks[mark] = i % 64 === 0 ? at : at - width(code);
    }
    this.bytes = at;
    this.ascii = plain;
  }

  /** The UTF-16 offset of a byte offset; inside a character, its start. */
  toUnits(byte: number): number {
    if (this.ascii) return Math.min(byte, this.text.length);
    if (byte >= this.bytes) return this.text.length;
    let low = 0;
    let high = this.marks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.marks[middle] ?? Infinity) <= byte) low = middle;
      else high = middle - 1;
    }
    let i = this.start(low);
    let at = this.marks[low]!;
    while (i < this.text.length) {
      const code = this.text.codePointAt(i)!;
      const next = at + width(code);
      if (next > byte) return i;
      at = next;
      i += code > 0xffff ? 2 : 1;
    }
    return i;
  }

  /** The byte offset of a UTF-16 offset. */
  toBytes(unit: number): number {
    if (this.ascii) return Math.min(unit, this.bytes);
    const end = Math.min(unit, this.text.length);
    const mark = Math.min(Math.floor(end / 64), this.marks.length - 1);
    let i = this.start(mark);
    let at = this.marks[mark]!;
    if (i > end) return at;
    while (i < end) {
      const code = this.text.codePointAt(i)!;
      const units = code > 0xffff ? 2 : 1;
      if (i + units > end) break;
      at += width(code);
      i += units;
    }
    return at;
  }

  /** A mark that would fall between the halves of a pair stands before the pair. */
  private start(mark: number): number {
    const i = mark * 64;
    const half = i > 0 && i < this.text.length && (this.text.charCodeAt(i) & 0xfc00) === 0xdc00;
    return half ? i - 1 : i;
  }
}
