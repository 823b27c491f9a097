import { writtenIds } from '../domain/trace-id-forms.ts';
import { tellable } from './log-line.ts';
import type { LogLine, LogReader, RawLogLine, TraceLogs } from './port.ts';
import type { Redact } from './redact.ts';

/** A trace whose lines are wanted. */
export interface WantedTrace {
  readonly traceId: string;
  readonly role: TraceLogs['role'];
  /** Epoch ms, [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface GatherParts {
  readonly readers: readonly LogReader[];
  readonly redact: Redact;
  /** Lines of a trace at most. */
  readonly limit: number;
  /** For one trace and one reader. */
  readonly timeoutMs: number;
  /** What became of each query. */
  readonly onAnswer?: (reader: string, answer: 'lines' | 'none' | 'failed', reason?: string) => void;
}

/** The lines of each trace from all readers, as they may be told. Never rejects: a reader that fails gives none. */
export function gatherLogs(
  wanted: readonly WantedTrace[],
  parts: GatherParts,
  signal?: AbortSignal,
): Promise<readonly TraceLogs[]> {
  return Promise.all(wanted.map((trace) => linesOf(trace, parts, signal)));
}

async function linesOf(
  { traceId, role, fromMs, toMs }: WantedTrace,
  { readers, redact, limit, timeoutMs, onAnswer }: GatherParts,
  ending: AbortSignal | undefined,
): Promise<TraceLogs> {
  const ids = writtenIds(traceId);
  if (ids.length === 0) return { traceId, role, lines: [], more: false };
  const found = await Promise.all(
    readers.map(async (reader) => {
      const inTime = AbortSignal.timeout(timeoutMs);
      const signal = ending === undefined ? inTime : AbortSignal.any([ending, inTime]);
      const outcome = await reader.read({ ids, fromMs, toMs, limit }, signal);
      if (outcome.kind === 'failed') {
        onAnswer?.(reader.name, 'failed', outcome.reason);
        return { lines: [], more: false };
      }
      onAnswer?.(reader.name, outcome.lines.length > 0 ? 'lines' : 'none');
      return outcome;
    }),
  );
  const all = found.flatMap(({ lines }) => lines).sort(byTime);
  return {
    traceId,
    role,
    lines: all.slice(0, limit).map((line) => tellable(line, redact)),
    more: all.length > limit || found.some(({ more }) => more),
  };
}

function byTime(a: RawLogLine, b: RawLogLine): number {
  return a.atMs - b.atMs;
}

/** The loudest come first, at most so many: errors, then warnings, then the rest; each by time. */
export function mostTelling(lines: readonly LogLine[], most: number): readonly LogLine[] {
  const rank = ({ level }: LogLine): number => (level === 'error' ? 0 : level === 'warn' ? 1 : 2);
  return [...lines]
    .sort((a, b) => rank(a) - rank(b) || a.atMs - b.atMs)
    .slice(0, most)
    .sort((a, b) => a.atMs - b.atMs);
}
