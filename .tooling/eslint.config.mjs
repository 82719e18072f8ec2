// Lint rules: what the compiler does not see. Types are checked by tsc; these read one file at a time.
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const onlyPrintsInCli = {
  files: ['pipeline/**/*.ts', 'extractors/**/*.ts', 'graph/**/*.ts'],
  ignores: ['pipeline/cli/**'],
  rules: { 'no-console': 'error' },
};

export default defineConfig(
  globalIgnores(['**/node_modules/**', '**/dist/**', '**/.engram/**', '**/.cache/**', '**/*.as.ts']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    rules: {
      eqeqeq: ['error', 'always'],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        { selector: 'TSModuleDeclaration', message: 'Use a module.' },
        { selector: 'TSParameterProperty', message: 'Declare the field.' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  onlyPrintsInCli,
);
