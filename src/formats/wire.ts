import { byteSource, type ByteSource } from './byte-names.ts';

/** Protobuf wire types (protobuf.dev, "Encoding"). */
export const WireType = { Varint: 0, Fixed64: 1, Bytes: 2, Group: 3, GroupEnd: 4, Fixed32: 5 } as const;

/** Groups are long deprecated; a message that nests them deeper is made to hurt. */
const MAX_GROUP_DEPTH = 16;

/** Bytes are no protobuf message of the kind expected. Caught by the format: it never leaves this room. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads protobuf without making objects: each method reads at a position, leaves where it stopped in `next`, and
 * throws `WireError` rather than read at or beyond `end`. One `DataView` for a whole message.
 */
export class Wire {
  source: ByteSource = NOTHING;
  bytes: Uint8Array = NOTHING.bytes;
  view: DataView = NOTHING.view;
  /** Where the last read stopped. */
  next = 0;

  use(bytes: Uint8Array): void {
    // A plain Uint8Array whatever came: a Buffer would make every access below polymorphic.
    this.source = byteSource(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.bytes = this.source.bytes;
    this.view = this.source.view;
  }

  release(): void {
    this.source = NOTHING;
    this.bytes = NOTHING.bytes;
    this.view = NOTHING.view;
  }

  /** Exact up to 2^53, positive: a negative int64 comes out as about 1.8e19. */
  varint(at: number, end: number): number {
    if (at < end) {
      const first = this.bytes[at];
      if (first < 0x80) {
        this.next = at + 1;
        return first;
      }
    }
    return this.#longVarint(at, end);
  }

  /** The number of a tag's field is `tag >>> 3`, its wire type `tag & 7`. */
  tag(at: number, end: number): number {
    const tag = this.#int31(at, end);
    // Field number 0 is illegal; numbers above 2^28 are legal, and met nowhere.
    if (tag < 8) throw new WireError(at, 'illegal field tag');
    return tag;
  }

  /** Reads a length, leaves `next` at the content, returns where the content ends. */
  content(at: number, end: number): number {
    const length = this.#int31(at, end);
    const to = this.next + length;
    if (length < 0 || to > end) throw new WireError(at, 'a field is cut off');
    return to;
  }

  /** Skips the value of a field whose tag was read; returns where the next field starts. */
  skip(tag: number, at: number, end: number): number {
    let to: number;
    switch (tag & 7) {
      case WireType.Varint:
        this.varint(at, end);
        return this.next;
      case WireType.Fixed64:
        to = at + 8;
        break;
      case WireType.Bytes:
        return this.content(at, end);
      case WireType.Fixed32:
        to = at + 4;
        break;
      case WireType.Group:
        return this.#skipGroup(tag, at, end);
      default:
        throw new WireError(at, `illegal wire type ${tag & 7}`);
    }
    if (to > end) throw new WireError(at, 'a fixed-size field is cut off');
    return to;
  }

  /** Small integers throughout, which keeps positions from becoming doubles; -1 for what does not fit. */
  #int31(at: number, end: number): number {
    if (at < end) {
      const first = this.bytes[at];
      if (first < 0x80) {
        this.next = at + 1;
        return first;
      }
    }
    let value = 0;
    for (let i = at, shift = 0; i < end && shift <= 28; i++, shift += 7) {
      const byte = this.bytes[i];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.next = i + 1;
        return value < 0 || (shift === 28 && byte > 7) ? -1 : value;
      }
    }
    throw new WireError(at, 'a number is cut off or too large');
  }

  #longVarint(at: number, end: number): number {
    let value = 0;
    let scale = 1;
    // 64 bits take ten bytes of seven bits at most.
    for (let i = at; i < at + 10; i++) {
      if (i >= end) throw new WireError(at, 'a number is cut off');
      const byte = this.bytes[i];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.next = i + 1;
        return value;
      }
      scale *= 128;
    }
    throw new WireError(at, 'a number is longer than ten bytes');
  }

  #skipGroup(tag: number, at: number, end: number): number {
    const open = [tag >>> 3];
    let pos = at;
    while (open.length > 0) {
      const inner = this.tag(pos, end);
      pos = this.next;
      if ((inner & 7) === WireType.GroupEnd) {
        if (open.pop() !== inner >>> 3) throw new WireError(pos, 'a group is closed that is not open');
      } else if ((inner & 7) === WireType.Group) {
        if (open.push(inner >>> 3) > MAX_GROUP_DEPTH)
          throw new WireError(pos, 'groups are nested too deeply');
      } else {
        pos = this.skip(inner, pos, end);
      }
    }
    return pos;
  }
}

const NOTHING = byteSource(new Uint8Array(0));
