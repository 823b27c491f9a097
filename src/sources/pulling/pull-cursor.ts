import { parseJson } from '../../runtime/index.ts';

/** All before this was handed over, epoch milliseconds. */
export function cursorOf(throughMs: number): string {
  return JSON.stringify({ throughMs });
}

/** undefined for what is no cursor of ours. */
export function throughOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const parsed = parseJson(cursor);
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value))
    return undefined;
  const { throughMs } = parsed.value;
  return typeof throughMs === 'number' && Number.isFinite(throughMs) ? throughMs : undefined;
}
