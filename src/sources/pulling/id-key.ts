/**
 * 53 bits of the trace id of span `i` and of its id in `ids` (two words each): among a million, one in ten thousand runs
 * mistakes one for another. `flip` tells spans apart that share an id.
 */
export function idKey(traceId: Int32Array, ids: Int32Array, i: number, flip = 0): number {
  const t = i * 4;
  const s = i * 2;
  const first = ids[s] ^ flip;
  const high = mix(traceId[t + 2] ^ mix(first), ids[s + 1]);
  const low = mix(traceId[t + 3] ^ mix(ids[s + 1], 0x5bd1e995), first);
  return (high >>> 0) * 0x200000 + (low >>> 11);
}

/** The finaliser of MurmurHash3. */
function mix(word: number, seed = 0): number {
  let h = word ^ Math.imul(seed, 0x9e3779b9);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
