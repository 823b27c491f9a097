import tseslint from 'typescript-eslint';

const bannedGlobals = [
  { name: 'fetch', message: 'HTTP goes through undici, in the rooms that own it.' },
  { name: 'setTimeout', message: 'Time is runtime.clock.' },
  { name: 'setInterval', message: 'Time is runtime.clock.' },
];
const bannedProperties = [
  { object: 'Date', property: 'now', message: 'Time is runtime.clock.' },
  { object: 'Math', property: 'random', message: 'Chance is runtime.random, seeded.' },
  { object: 'process', property: 'env', message: 'Settings come from the configuration.' },
  { object: 'JSON', property: 'parse', message: 'Outside data goes through parseJson.' },
];

export default tseslint.config(
  { ignores: ['node_modules', 'coverage', 'models', 'test/goldens'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.js', '*.cjs', 'bin/*.js'] } },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-control-regex': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-restricted-globals': ['error', ...bannedGlobals],
      'no-restricted-properties': ['error', ...bannedProperties],
      'no-console': 'error',
    },
  },
  {
    // The homes of what is banned elsewhere.
    files: [
      'src/runtime/**',
      'src/config/environment.ts',
      'src/forest/seeded-global-random.ts',
      'src/main.ts',
    ],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
  },
  {
    // The wiring reads as one column.
    files: ['src/app.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 100, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  { files: ['**/*.js', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
);
