import { globFits } from '../domain/glob.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { OwnerRule } from './policy.ts';

type Named = Pick<Suspect, 'namespace' | 'service' | 'owner'>;

/** Who owns the service: the last rule that fits, as CODEOWNERS has it; without one, whom its own spans name. Pure. */
export function ownerOf(service: Named | undefined, owners: readonly OwnerRule[]): OwnerRule | undefined {
  if (service === undefined) return undefined;
  const ruled = owners.findLast(({ services }) => services.some((pattern) => fits(pattern, service)));
  const { owner } = service;
  return ruled ?? (owner === undefined ? undefined : { services: [service.service], owner });
}

/** Whether a pattern fits a service: `*` stands for any characters; with a slash it names the namespace too. */
export function fits(pattern: string, { namespace, service }: Named): boolean {
  const text = pattern.includes('/') ? `${namespace}/${service}` : service;
  return globFits(pattern, text);
}

export type OwnersFile =
  | { readonly ok: true; readonly owners: readonly OwnerRule[] }
  | { readonly ok: false; readonly line: number; readonly reason: string };

/** More lines than any organisation has services; a wrong file is refused, not read to its end. */
const MAX_LINES = 10_000;

/**
 * A file as CODEOWNERS is: `PATTERN OWNER` a line, `#` begins a comment, the last line that fits wins, and a pattern
 * without an owner takes it away. An owner may begin with `@`; only the first counts, since one message has one.
 */
export function parseOwnersFile(text: string): OwnersFile {
  const owners: OwnerRule[] = [];
  const lines = text.split(/\r?\n/);
  if (lines.length > MAX_LINES)
    return { ok: false, line: MAX_LINES + 1, reason: `has more than ${MAX_LINES} lines` };
  for (const [index, line] of lines.entries()) {
    const [pattern, owner = ''] = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (pattern === undefined || pattern === '') continue;
    if (pattern.length > 300 || owner.length > 100) {
      return {
        ok: false,
        line: index + 1,
        reason: 'has a pattern of over 300 or an owner of over 100 characters',
      };
    }
    owners.push({ services: [pattern], owner: owner.replace(/^@/, '') });
  }
  return { ok: true, owners };
}
