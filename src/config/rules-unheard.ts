import type { BrokenRule, ReadConfig } from './broken-rule.ts';

type Routes = ReadConfig['policy']['routes'];

/** What is no mistake by itself, and leaves somebody untold: for `check` to warn of. */
export function unheardRules({ policy, channels }: ReadConfig): BrokenRule[] {
  const { routes } = policy;
  const cloud = channels.flatMap((channel, i) =>
    channel?.type === 'jira' && channel.flavour === 'cloud' && channel.email === undefined
      ? [
          warning(
            `channels[${i}].email`,
            'without it the token goes as a bearer: an API token of Jira Cloud needs the e-mail of its account',
          ),
        ]
      : [],
  );
  // Entries with mistakes of their own are undefined, whatever the types say: those come first.
  if (routes.length === 0 || routes.some((route) => (route as unknown) === undefined)) return cloud;
  return [
    ...cloud,
    ...neverReached('policy.routes', routes),
    ...withoutCatchAll(routes),
    ...unnamed(routes, { policy, channels }),
  ];
}

function neverReached(path: string, routes: readonly Omit<Routes[number], 'routes'>[]): BrokenRule[] {
  const all = routes.findIndex(({ match, continue: goesOn }) => match.length === 0 && !goesOn);
  const behind = all < 0 ? [] : [...routes.keys()].slice(all + 1);
  return [
    ...behind.map((i) =>
      warning(`${path}[${i}]`, `is never reached: ${path}[${all}] before it matches everything`),
    ),
    ...routes.flatMap((route, i) =>
      'routes' in route ? neverReached(`${path}[${i}].routes`, route.routes as Routes) : [],
    ),
  ];
}

function withoutCatchAll(routes: Routes): BrokenRule[] {
  return routes.some(({ match }) => match.length === 0)
    ? []
    : [warning('policy.routes', 'none matches everything: what matches none of them is told to nobody')];
}

function unnamed(
  routes: Routes,
  { policy, channels }: Pick<ReadConfig, 'policy' | 'channels'>,
): BrokenRule[] {
  // One that names none tells those of the route around it, and at the top all.
  if (routes.some((route) => route.channels.length === 0)) return [];
  const inner = routes.flatMap((route) => route.routes);
  const named = new Set([
    ...[...routes, ...inner].flatMap((route) => [
      ...route.channels,
      ...route.escalate.flatMap((step) => step.channels),
    ]),
    ...policy.digest.channels,
  ]);
  return channels.flatMap((channel, i) =>
    channel === undefined || named.has(channel.name)
      ? []
      : [warning(`channels[${i}].name`, `no route names ${channel.name}: it hears of no incident`)],
  );
}

function warning(path: string, message: string): BrokenRule {
  return { part: path, path, message };
}
