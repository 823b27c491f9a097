import { createHash } from 'node:crypto';

/** `20220822T040210-1c9a4e`: sortable by time, the same for the same input, unlike another of the same second. */
export function incidentId(openedAtMs: number, fingerprint: string): string {
  const time = new Date(openedAtMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const hash = createHash('sha256').update(`${openedAtMs} ${fingerprint}`).digest('hex').slice(0, 6);
  return `${time}-${hash}`;
}
