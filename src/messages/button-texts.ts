import type { Locale } from '../domain/message.ts';
import { formatTime } from '../domain/format.ts';

/** What an incident keeps of a press that silenced it. */
export function silencedNote(
  silence: { readonly id: string; readonly endsAt: number },
  locale: Locale,
): string {
  const until = formatTime(silence.endsAt);
  return locale === 'zh'
    ? `按钮静默 1 小时，至 ${until}（静默 ${silence.id}）。`
    : `Silenced for 1 h by a button, until ${until} (silence ${silence.id}).`;
}

/** Why a silence is there, for whoever looks at the list of them. */
export function silenceComment(incidentId: string): string {
  return `by a button, for incident ${incidentId}`;
}
