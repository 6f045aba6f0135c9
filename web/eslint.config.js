import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/* a feature never imports another feature; what they share lives in components and lib */
const features = readdirSync(new URL('./src/features/', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const separateFeatures = features.map((name) => ({
  files: [`src/features/${name}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ group: features.filter((other) => other !== name).map((other) => `@/features/${other}/*`), message: 'A feature never imports another feature.' }] },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist', 'dist.new', 'storybook-static', 'node_modules', 'src/lib/api/schema.d.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks, 'jsx-a11y': jsxA11y },
    rules: {
      ...jsxA11y.flatConfigs.recommended.rules,
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      'jsx-a11y/no-noninteractive-tabindex': 'off',
      /* lists catch the keys and drags of the items inside them */
      'jsx-a11y/no-noninteractive-element-interactions': 'off',
    },
  },
  {
    files: ['src/lib/**', 'src/components/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['@/features/*', '@/app/*'], message: 'lib and components know no page.' }] }],
    },
  },
  ...separateFeatures,
  {
    files: ['*.js', 'public/*.js', 'src/app/theme.js', 'src/sw/*.js', 'scripts/**'],
    languageOptions: {
      globals: Object.fromEntries(
        ['console', 'process', 'URL', 'document', 'localStorage', 'matchMedia', 'self', 'caches', 'fetch', 'location'].map((name) => [name, 'readonly']),
      ),
    },
  },
);
