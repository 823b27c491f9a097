/** Snappy blocks (the raw format), in plain JavaScript. */
declare module 'snappyjs' {
  const snappy: {
    compress(plain: Uint8Array): Uint8Array;
    /** Throws on broken data, and when it would become longer than `maxLength`. */
    uncompress(packed: Uint8Array, maxLength?: number): Uint8Array;
  };
  export default snappy;
}

/** LZ4 frames, in plain JavaScript. */
declare module 'lz4js' {
  const lz4: {
    compress(plain: Uint8Array): Uint8Array;
    /** Throws on broken data; `maxSize` is the size of the buffer that it makes. */
    decompress(packed: Uint8Array, maxSize?: number): Uint8Array;
  };
  export default lz4;
}
