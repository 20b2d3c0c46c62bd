#!/usr/bin/env node
await (await import('../dist/main.js')).main(process.argv.slice(2), import.meta.url);
