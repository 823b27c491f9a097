/** Imports go one way: main -> cli -> app -> rooms -> domain, runtime. Rooms meet in app.ts only. */
const rooms =
  'config|formats|sources|assemble|measure|summarise|history|baseline|forest|detect|locate|incident|policy|context|notify|messages|store|http|traces|telemetry|simulator|models|overload|blind|recovery|grafana|logs|sink|rules';

module.exports = {
  forbidden: [
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'runtime-imports-no-room',
      severity: 'error',
      from: { path: '^src/runtime/' },
      to: { path: '^src/', pathNot: '^src/runtime/' },
    },
    {
      name: 'rooms-do-not-meet',
      comment: 'Rooms import domain, runtime and themselves; another room only by the types of its port.ts.',
      severity: 'error',
      from: { path: `^src/(${rooms})/` },
      to: { path: '^src/', pathNot: ['^src/(domain|runtime)/', '^src/$1/', '^src/[^/]+/port[.]ts$'] },
    },
    {
      name: 'ports-are-types-only',
      comment: 'What crosses rooms by a port is types.',
      severity: 'error',
      from: { path: `^src/(${rooms})/` },
      to: { path: '^src/[^/]+/port[.]ts$', pathNot: '^src/$1/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-imports-upwards',
      severity: 'error',
      from: { path: `^src/(${rooms}|domain|runtime)/` },
      to: { path: '^src/(cli/|app[^/]*[.]ts|app/|main[.]ts)' },
    },
    {
      name: 'app-does-not-know-the-cli',
      severity: 'error',
      from: { path: '^src/app' },
      to: { path: '^src/(cli/|main[.]ts)' },
    },
    {
      name: 'no-circles',
      comment: 'Types that two files share are in a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Modules of the browser are loaded by pages, not by imports.',
      severity: 'warn',
      from: {
        orphan: true,
        pathNot: ['[.]d[.]ts$', '/port[.]ts$', '^src/main[.]ts$', '^src/http/pages/static/'],
      },
      to: {},
    },
    {
      name: 'no-test-code-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '@types/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
