#!/usr/bin/env node
'use strict';
// Runs the bundle through V8's code cache, which is kept beside it: compiling is most of what a start costs.
const fs = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const file = join(__dirname, 'main.cjs');
// V8 itself compares only the length of the source, hence the build's own name in the file's.
const cacheFile = join(__dirname, `main-BUILD_ID-${process.version}-${process.arch}.cache`);

const readCache = () => {
  try {
    return fs.readFileSync(cacheFile);
  } catch {
    return undefined;
  }
};

const writeCache = (data) => {
  const draft = `${cacheFile}.${process.pid}`;
  try {
    fs.writeFileSync(draft, data, { flag: 'wx' });
    fs.renameSync(draft, cacheFile);
  } catch {
    // An install folder that cannot be written just starts a little slower.
    fs.rmSync(draft, { force: true });
  }
};

const cachedData = readCache();
// The bundle is ASCII, and this reads it without decoding.
const source = `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(file, 'latin1')}\n})`;
const script = new Script(source, { filename: file, cachedData });
const bundle = { exports: {} };
script.runInThisContext()(bundle.exports, require, bundle, file, dirname(file));

const refreshCache = () => {
  if (cachedData !== undefined && !script.cachedDataRejected) return;
  setTimeout(() => writeCache(script.createCachedData()), 500).unref();
};

bundle.exports.main(refreshCache);
