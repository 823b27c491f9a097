type Column = Int32Array | Uint32Array | Uint8Array | Float64Array | Float32Array;

/** A copy of `column` that is `length` long, no less than it was: zeros at its end. */
export function widened<T extends Column>(column: T, length: number): T {
  const longer = new (column.constructor as new (length: number) => T)(length);
  longer.set(column);
  return longer;
}
