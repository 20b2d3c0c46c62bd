import tseslint from 'typescript-eslint';

/**
 * Time and chance are inputs. Only these places may touch the wall clock, timers, global randomness or
 * the order in which a file system lists its entries.
 */
const impure = ['src/base/clock.ts', 'src/base/listing.ts'];

const determinism = {
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Take a Clock as an argument (src/base/clock.ts).' },
    { object: 'Math', property: 'random', message: 'Take a seed as an argument (src/base/random.ts).' },
    { object: 'performance', property: 'now', message: 'Take a Clock as an argument (src/base/clock.ts).' },
  ],
  'no-restricted-globals': [
    'error',
    ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
      name,
      message: 'Timers live in src/base/clock.ts.',
    })),
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: 'Take a Clock as an argument.',
    },
    {
      selector:
        'CallExpression[callee.name=/^readdir(Sync)?$/], CallExpression[callee.property.name=/^readdir(Sync)?$/]',
      message: 'Directory listings are unsorted: use listDirectory of src/base/listing.ts.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', 'src/*/generated/', 'coverage/', 'node_modules/'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always'],
      'prefer-const': 'error',
    },
  },
  { files: ['src/**/*.ts'], ignores: impure, rules: determinism },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
