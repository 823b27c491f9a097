/** What an incident about the tail alone is known by: this, and the fingerprint of its first suspect. */
export const TAIL_FINGERPRINT = 'tail of ';

/** Whether an incident or a finding is of requests in the tail alone, added up over many minutes. */
export function isOfTail({ fingerprint }: { readonly fingerprint: string }): boolean {
  return fingerprint.startsWith(TAIL_FINGERPRINT);
}
