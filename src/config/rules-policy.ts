import { parseNamedMatcher, patternProblem } from '../domain/matcher.ts';
import { idleMatcher } from '../domain/matcher-words.ts';
import { MATCHER_NAMES } from '../domain/silence.ts';
import { isCronExpression, isTimezone } from '../runtime/cron-times.ts';
import type { BrokenRule, ReadConfig } from './broken-rule.ts';

const NAMES = [...MATCHER_NAMES, 'owner'] as const;

/** What the policy's fields cannot say each by itself: matchers, names of channels and times, cron and time zones. */
export function policyRules(config: ReadConfig): BrokenRule[] {
  const { policy } = config;
  return [
    ...present(policy.routes).flatMap(([i, route]) => {
      const path = `policy.routes[${i}]`;
      return [
        ...routeRules(path, route, config),
        ...present(route.routes).flatMap(([j, inner]) => routeRules(`${path}.routes[${j}]`, inner, config)),
      ];
    }),
    ...present(policy.maintenance).flatMap(([i, { match, ...time }]) => {
      const path = `policy.maintenance[${i}]`;
      return [...matcherRules(`${path}.match`, match), ...timeRules(path, time)];
    }),
    ...present(policy.muteTimes).flatMap(([i, time]) => timeRules(`policy.muteTimes[${i}]`, time)),
    ...present(policy.inhibit.rules).flatMap(([i, { source, target }]) => [
      ...matcherRules(`policy.inhibit.rules[${i}].source`, source),
      ...matcherRules(`policy.inhibit.rules[${i}].target`, target),
    ]),
    ...timeRules('policy.digest', policy.digest),
    ...channelRules('policy.digest.channels', policy.digest.channels, config),
    ...timesNamedTwice(config),
    ...present(policy.tiers).flatMap(([i, { atLeast, atMost }]) =>
      atLeast !== undefined && atMost !== undefined && atLeast < atMost
        ? [broken(`policy.tiers[${i}].atLeast`, `${atLeast} is worse than atMost (${atMost})`)]
        : [],
    ),
  ];
}

function timesNamedTwice({ policy }: ReadConfig): BrokenRule[] {
  const times = (['maintenance', 'muteTimes'] as const).flatMap((list) =>
    present(policy[list]).map(([i, { name }]) => ({ path: `policy.${list}[${i}]`, name })),
  );
  return times.flatMap(({ path, name }, i) => {
    const first = times.findIndex((other) => other.name === name);
    return first === i
      ? []
      : [broken(`${path}.name`, `the name ${name} is already that of ${times[first].path}`)];
  });
}

type RouteLike = Omit<ReadConfig['policy']['routes'][number], 'routes'>;

function routeRules(path: string, route: RouteLike, config: ReadConfig): BrokenRule[] {
  const known = present(config.policy.muteTimes).map(([, { name }]) => name);
  return [
    ...matcherRules(`${path}.match`, route.match),
    ...channelRules(`${path}.channels`, route.channels, config),
    ...present(route.escalate).flatMap(([i, step]) =>
      channelRules(`${path}.escalate[${i}].channels`, step.channels, config),
    ),
    ...present(route.escalate).flatMap(([i, { afterMs }]) => {
      const before =
        i === 0 ? undefined : (route.escalate[i - 1] as RouteLike['escalate'][number] | undefined);
      return before === undefined || before.afterMs < afterMs
        ? []
        : [
            broken(
              `${path}.escalate[${i}].afterMs`,
              `${afterMs} is not later than the step before it (${before.afterMs})`,
            ),
          ];
    }),
    ...present(route.mute).flatMap(([i, name]) =>
      known.includes(name)
        ? []
        : [broken(`${path}.mute[${i}]`, `there is no mute time ${JSON.stringify(name)}`)],
    ),
  ];
}

function matcherRules(path: string, matchers: readonly string[]): BrokenRule[] {
  return present(matchers).flatMap(([i, text]) => {
    const matcher = parseNamedMatcher(text, NAMES);
    const at = `${path}[${i}]`;
    if (matcher === undefined)
      return [
        broken(
          at,
          `${JSON.stringify(text)} is no matcher such as service=payment; names: ${NAMES.join(', ')}`,
        ),
      ];
    const isPattern = matcher.operator === '=~' || matcher.operator === '!~';
    const reason = isPattern ? patternProblem(matcher.value) : undefined;
    if (reason !== undefined) return [broken(at, `the pattern ${reason}`)];
    const idle = idleMatcher(matcher);
    return idle === undefined ? [] : [broken(at, idle)];
  });
}

function channelRules(path: string, names: readonly string[], { channels }: ReadConfig): BrokenRule[] {
  return present(names).flatMap(([i, name]) =>
    // One with mistakes of its own is not known by name; that is said already.
    channels.some((channel) => channel === undefined || channel.name === name)
      ? []
      : [broken(`${path}[${i}]`, `there is no channel ${JSON.stringify(name)}`)],
  );
}

function timeRules(path: string, { cron, timezone }: { cron: string; timezone: string }): BrokenRule[] {
  return [
    ...(isCronExpression(cron)
      ? []
      : [
          broken(
            `${path}.cron`,
            `${JSON.stringify(cron)} has a field that cron does not know (minute hour day month weekday)`,
          ),
        ]),
    ...(isTimezone(timezone)
      ? []
      : [broken(`${path}.timezone`, `${JSON.stringify(timezone)} is no time zone such as Asia/Shanghai`)]),
  ];
}

function broken(path: string, message: string): BrokenRule {
  return { part: path, path, message };
}

/** Entries with mistakes of their own are undefined, whatever the types say. */
function present<T>(list: readonly T[]): (readonly [number, T])[] {
  return [...list.entries()].filter(([, entry]) => (entry as T | undefined) !== undefined);
}
