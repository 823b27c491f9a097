import { readFileSync } from 'node:fs';
import type { Config } from '../config/index.ts';
import { parseNamedMatcher } from '../domain/matcher.ts';
import {
  createTimeWindow,
  type OwnerRule,
  parseOwnersFile,
  type Policy,
  POLICY_NAMES,
  type PolicyMatcher,
  type Route,
} from '../policy/index.ts';

type PolicySection = Config['policy'];
type RouteSection = Omit<PolicySection['routes'][number], 'routes'> & {
  readonly routes?: PolicySection['routes'][number]['routes'];
};

/** A file of owners that cannot be used. */
export class OwnersFileError extends Error {
  readonly code = 'owners-file';
}

/**
 * The policy of a configuration that was found in order, with the owners of its file. Throws an `OwnersFileError` that
 * names the file and the line.
 */
export function policyOf(config: Pick<Config, 'policy' | 'channels'>): Policy {
  const { policy } = config;
  const channels = config.channels.map(({ name }) => name);
  return {
    routes: policy.routes.map((route, i) => routeOf(route, `policy.routes[${i}]`, channels)),
    owners: ownersOf(policy),
    maintenance: policy.maintenance.map(({ match, ...time }) => ({
      window: createTimeWindow(time),
      match: matchersOf(match),
    })),
    muteTimes: policy.muteTimes.map((time) => createTimeWindow(time)),
    inhibit: {
      byCause: policy.inhibit.byCause,
      rules: policy.inhibit.rules.map(({ source, target, equal }) => ({
        source: matchersOf(source),
        target: matchersOf(target),
        equal,
      })),
    },
  };
}

/** The file's, then the configuration's: the last that fits wins. */
export function ownersOf({ owners, ownersFile }: PolicySection): readonly OwnerRule[] {
  if (ownersFile === undefined) return owners;
  let text: string;
  try {
    text = readFileSync(ownersFile, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new OwnersFileError(`policy.ownersFile: ${ownersFile} cannot be read (${code})`);
  }
  const outcome = parseOwnersFile(text);
  if (!outcome.ok)
    throw new OwnersFileError(`policy.ownersFile: ${ownersFile}:${outcome.line}: ${outcome.reason}`);
  return [...outcome.owners, ...owners];
}

function routeOf(
  { match, channels, routes = [], ...rest }: RouteSection,
  path: string,
  inherited: readonly string[],
): Route {
  const told = channels.length > 0 ? channels : inherited;
  return {
    ...rest,
    path,
    match: matchersOf(match),
    channels: told,
    routes: routes.map((route, i) => routeOf(route, `${path}.routes[${i}]`, told)),
  };
}

/** Texts that are no matchers were refused when the configuration was read. */
function matchersOf(texts: readonly string[]): readonly PolicyMatcher[] {
  return texts.flatMap((text) => parseNamedMatcher(text, POLICY_NAMES) ?? []);
}
