/**
 * The known key that was most likely meant, or undefined when none is near: at most a third of its letters may differ
 * (optimal string alignment: insertions, deletions, substitutions, neighbours swapped; case does not count).
 */
export function suggestKey(key: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(key.toLowerCase().slice(0, 100), candidate.toLowerCase());
    if (distance < bestDistance && distance <= Math.max(1, Math.floor(candidate.length / 3))) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The known words that a word is the beginning of: `otlp` of `otlp-http or otlp-grpc`. */
export function beginningWith(word: string, known: readonly string[]): string | undefined {
  const found = known.filter((candidate) => candidate.startsWith(`${word.toLowerCase()}-`));
  return found.length === 0 ? undefined : found.join(' or ');
}

export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, substitution);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
