import { readFileSync, writeFileSync } from 'node:fs';
import { renderConfigurationDocs } from '../config/index.ts';

// `npm run docs`: writes the documents that are generated. Run in the repository's top folder.
const example = readFileSync('spanwatch.example.yaml', 'utf8');
writeFileSync('docs/configuration.md', renderConfigurationDocs(example));
